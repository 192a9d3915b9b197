/** One dialog for every act that needs a second thought: what will happen, and where asked for a reason and an end. */

import { shallowRef } from "vue";

export interface Question {
  title: string;
  consequence: string;
  yes: string;
  danger?: boolean;
  /** Ask for a reason, which goes into the audit log and to the person. */
  reason?: boolean;
  /** Ask for how long, in seconds; null is open-ended. */
  duration?: boolean;
  /** A word to type before the button works. */
  typed?: string;
}

export interface Answer {
  reason: string;
  seconds: number | null;
}

interface Open extends Question {
  settle: (answer: Answer | null) => void;
}

export const open = shallowRef<Open | null>(null);

/** The answer, or null where the person thought better of it. */
export function ask(question: Question): Promise<Answer | null> {
  open.value?.settle(null);
  return new Promise((resolve) => {
    open.value = {
      ...question,
      settle: (answer) => {
        open.value = null;
        resolve(answer);
      },
    };
  });
}
