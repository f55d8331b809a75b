/** The tests of lib/image. */
import "../image/decode_test.ts";
import "../image/figure_test.ts";
import "../image/gray_test.ts";
import "../image/image_to_digit_test.ts";
import "../image/ink_to_digit_test.ts";
import "../image/kinds_test.ts";
import "../image/morphology_test.ts";
import "../image/paper_test.ts";
import "../image/picture_reader_test.ts";
import "../image/picture_to_row_test.ts";
import "../image/plane_test.ts";
import "../image/ruling_test.ts";
import "../image/sheet_test.ts";
