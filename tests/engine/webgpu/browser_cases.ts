/**
 * The contract's smoke tests for a browser. browser_test.ts bundles this file and runs it in a page.
 * There, `globalThis.cases` holds the tests: functions that reject if the test fails.
 */
import { contractCases } from "../contract/cases.ts";
import { setsOnOneDevice } from "./shared_device.ts";

const make = setsOnOneDevice();
const cases = (["hardware", "integrated", "software"] as const).flatMap((kernels) =>
  contractCases(make(kernels))
    .filter(({ smoke }) => smoke === "all sets" || smoke === "one set" && kernels === "hardware")
    .map(({ does, test }) => ({ name: `${kernels} kernels: ${does}`, test }))
);

Object.assign(globalThis, { cases });
