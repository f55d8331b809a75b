/** The tests of lib/files. */
import "../files/byte_source_test.ts";
import "../files/fields_test.ts";
import "../files/kinds_test.ts";
import "../files/lines_test.ts";
import "../files/lock_test.ts";
import "../files/npz_test.ts";
import "../files/numbers_test.ts";
import "../files/printable_test.ts";
import "../files/write_file_test.ts";
