import { assertEquals, assertThrows } from "@std/assert";
import {
  type Fields,
  fromTexts,
  fromValues,
  NUMBER,
  TEXT,
  toTexts,
} from "../../lib/files/fields.ts";

const FIELDS: Fields<"name" | "loss" | "later"> = {
  name: TEXT,
  loss: NUMBER,
  later: { kind: "number", otherwise: NaN },
};

function refuse(rule: string, value: unknown): never {
  throw new RangeError(`${rule}: ${value}`);
}

Deno.test("fromTexts() and fromValues() return what toTexts() and JSON hold", () => {
  const values = { name: "a", loss: 0.1, later: 2 };
  assertEquals(fromTexts(FIELDS, toTexts(FIELDS, values), refuse), values);
  assertEquals(fromValues(FIELDS, JSON.parse(JSON.stringify(values)), refuse), values);
});

Deno.test("fromTexts() and fromValues() accept files without a field that was added later", () => {
  const expected = { name: "a", loss: 0.1, later: NaN };
  assertEquals(fromValues(FIELDS, { name: "a", loss: 0.1 }, refuse), expected);
  assertEquals(fromTexts(FIELDS, { name: "a", loss: "0.1" }, refuse), expected);
  // A run that resumes from such a file writes the value that stands for the field.
  assertEquals(fromValues(FIELDS, JSON.parse(JSON.stringify(expected)), refuse), expected);
  assertEquals(fromTexts(FIELDS, toTexts(FIELDS, expected), refuse), expected);
});

Deno.test("fromTexts() and fromValues() refuse fields that are missing or of another type", () => {
  for (
    const [values, rule] of [
      [{ loss: 1 }, "name must be text"],
      [{ name: "a", loss: "1" }, "loss must be a number"],
      [{ name: "a", loss: NaN }, "loss must be a number"],
      [{ name: "a", loss: null }, "loss must be a number"],
    ] as const
  ) {
    assertThrows(() => fromValues(FIELDS, values, refuse), RangeError, rule);
  }
  assertThrows(() => fromTexts(FIELDS, { name: "a" }, refuse), RangeError, "loss must be given");
  assertThrows(() => fromTexts(FIELDS, { name: "a", loss: " " }, refuse), RangeError, "loss must");
});
