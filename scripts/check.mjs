/** `npm run check`: types, lint, unit and property tests, a smoke of the simulation. */
import { runSteps } from './run-steps.mjs';
import { CHECK_STEPS } from './steps.mjs';

runSteps(CHECK_STEPS);
