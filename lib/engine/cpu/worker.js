/**
 * The Worker of each thread of the CPU engine, except the calling thread. It is started from its
 * source text, not from this file's URL, so it needs no read permission and works from any origin.
 */
const now = () => performance.now();
onmessage = ({ data: { module, memory, globals } }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, now } });
  for (const [name, value] of Object.entries(globals)) exports[name].value = value;
  exports.work();
};
