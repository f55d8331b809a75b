/** The tests of the CPU engine, but for its contract. */
import "../engine/cpu/cpu_engine_test.ts";
import "../engine/cpu/draw_test.ts";
import "../engine/cpu/wasm_bytes_test.ts";
