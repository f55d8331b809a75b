/** Starts processes for tests. Each has a time limit, and ends with the test that disposes of it. */

/** The exit code and output of a process. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Time limit of a process. Tests take a few seconds, but machines may be slow and busy. */
const MOST_MILLISECONDS = 120_000;

/** The exit code of a process that was killed for its time limit: 128 + SIGKILL. */
const KILLED = 137;

/**
 * Starts a process. Use it with `await using`: leaving the block kills the process.
 *
 * @param command The program
 * @param options Deno's options; stdout and stderr are piped
 * @param milliseconds Time limit, after which the process is killed
 */
export function start(
  command: string,
  options: Deno.CommandOptions,
  milliseconds = MOST_MILLISECONDS,
): Deno.ChildProcess {
  const piped = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(command, { ...piped, ...options }).spawn();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch { /* it has ended */ }
  };
  const timer = setTimeout(kill, milliseconds);
  const ended = child.status.finally(() => clearTimeout(timer));
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      kill();
      await ended;
    },
  });
}

/**
 * Runs a process until it ends.
 *
 * @param command The program
 * @param options Deno's options
 * @param milliseconds Time limit
 * @throws {Error} If the process does not end in this time; with what it has printed
 */
export async function runToEnd(
  command: string,
  options: Deno.CommandOptions,
  milliseconds = MOST_MILLISECONDS,
): Promise<Ended> {
  await using child = start(command, options, milliseconds);
  const output = await child.output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  if (output.code === KILLED) {
    throw new Error(`The process did not end within ${milliseconds} ms: ${stdout}${stderr}`);
  }
  return { code: output.code, stdout, stderr };
}

/**
 * Reads a stream of text until it contains a text.
 *
 * @returns What was read
 * @throws {Error} If the stream ends before
 */
export async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  text: string,
): Promise<string> {
  let read = "";
  while (!read.includes(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The output ended without ${JSON.stringify(text)}: ${read}`);
    read += value;
  }
  return read;
}
