import { describe, expect, it } from "vitest";
import { records, rows } from "@/parts/csv";

describe("a file from a spreadsheet", () => {
  it("keeps what stands in quotes, commas and line ends too", () => {
    expect(rows('\uFEFFuser,name\r\nu_1,"a ""quoted"", name\nof two lines"\r\n')).toEqual([["user", "name"], ["u_1", 'a "quoted", name\nof two lines']]);
  });

  it("may part its cells by semicolons or tabs", () => {
    expect(rows("a;b\n1;2,5")).toEqual([["a", "b"], ["1", "2,5"]]);
    expect(rows("a\tb\n1\t2")).toEqual([["a", "b"], ["1", "2"]]);
  });

  it("is read by its heading, without empty lines", () => {
    expect(records("User,Role\n u_1 ,member\n\n,\nu_2")).toEqual([{ user: "u_1", role: "member" }, { user: "u_2", role: "" }]);
  });
});
