import qrcode from "qrcode-generator";

/** The dark and light squares of a QR code, with medium correction: rows of columns. */
export function squares(text: string): boolean[][] {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const side = Array.from({ length: code.getModuleCount() }, (_each, place) => place);
  return side.map((row) => side.map((column) => code.isDark(row, column)));
}
