/** The tests of lib/model. */
import "../model/checkpoint_test.ts";
import "../model/export_text_test.ts";
import "../model/foreign_model_test.ts";
import "../model/load_model_test.ts";
import "../model/npz_test.ts";
import "../model/onnx_test.ts";
import "../model/protobuf_test.ts";
import "../model/safetensors_test.ts";
import "../model/saved_model_test.ts";
