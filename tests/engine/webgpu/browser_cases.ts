/**
 * The contract's smoke tests for a browser. browser_test.ts bundles this file and runs it in a page.
 * There, `globalThis.cases` holds the tests: functions that reject if the test fails.
 */
import { contractCases } from "../contract/cases.ts";
import { enginesOnOneDevice } from "./shared_device.ts";

const cases = (["hardware", "software"] as const).flatMap((kernels) =>
  contractCases(enginesOnOneDevice(kernels))
    .filter(({ smoke, shared }) => smoke && (kernels === "hardware" || !shared))
    .map(({ does, test }) => ({ name: `${kernels} kernels: ${does}`, test }))
);

Object.assign(globalThis, { cases });
