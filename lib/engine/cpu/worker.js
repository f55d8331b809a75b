/**
 * The Worker behind every thread of the engine but the calling one. It is started from its text, not
 * from this file, so that it needs no permission to read it and can be started from any origin.
 */
onmessage = ({ data: { module, memory, globals } }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  for (const [name, value] of Object.entries(globals)) exports[name].value = value;
  exports.work();
};
