/** `npm test`: everything. With `--no-install` Debian's packages are taken to be there, by whatever means. */
import { runSteps } from './run-steps.mjs';
import { TEST_STEPS } from './steps.mjs';

const install = !process.argv.includes('--no-install');
runSteps(install ? TEST_STEPS : TEST_STEPS.filter(({ first }) => !first));
