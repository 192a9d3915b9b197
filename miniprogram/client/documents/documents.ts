/** The texts that a person agrees to. Lines that begin with `#` are headings. Edit them before you publish: who runs
 * the house and how to reach them must stand here, and what is said about data must match the guide in WeChat's console. */
import { agreement } from "./agreement";
import { privacy } from "./privacy";
import { rules } from "./rules";

export interface Text {
  zh: string;
  en: string;
}

export const DOCUMENTS: Record<string, Text> = { agreement, privacy, rules };
