import { assertEquals } from "@std/assert";
import { decode } from "fast-png";
import { imagePicture, signedPicture } from "../../../lib/report/html/pictures.ts";

const SIZE = { width: 2, height: 3 };

/** Decodes a picture, and returns the channels of each pixel. */
function pixelsOf(uri: string): number[][] {
  const prefix = "data:image/png;base64,";
  assertEquals(uri.slice(0, prefix.length), prefix);
  const { width, height, channels, data } = decode(Uint8Array.fromBase64(uri.slice(prefix.length)));
  assertEquals([width, height], [SIZE.width, SIZE.height]);
  return Array.from(
    { length: width * height },
    (_, i) => Array.from(data.subarray(i * channels, (i + 1) * channels)),
  );
}

Deno.test("imagePicture() draws black ink on a transparent background", () => {
  const ink = [0, 1, 128, 254, 255, 7];
  assertEquals(pixelsOf(imagePicture(Uint8Array.from(ink), SIZE)), ink.map((value) => [0, value]));
});

Deno.test("signedPicture() draws two colors, whose opacity grows with the absolute value", () => {
  const [plus, most, beyond, zero, minus, least] = pixelsOf(
    signedPicture(Float32Array.of(1, 2, 5, 0, -1, -2), SIZE, 2),
  );
  assertEquals([plus, most, beyond].map(([, , , opacity]) => opacity), [128, 255, 255]);
  assertEquals([zero, minus, least].map(([, , , opacity]) => opacity), [0, 128, 255]);
  assertEquals(plus.slice(0, 3), beyond.slice(0, 3));
  assertEquals(minus.slice(0, 3), least.slice(0, 3));
  assertEquals(plus[0] > plus[2] && minus[0] < minus[2], true, "orange above 0, blue below");
});
