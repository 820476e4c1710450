// `npm run voices`: fetches the pleasant English voice; from its next start on the server speaks English with it.
import { fail } from './setup/fail.mjs';
import { runSteps } from './setup/progress.mjs';
import { voiceStep } from './setup/voice.mjs';

try {
  await runSteps([voiceStep]);
} catch (error) {
  fail(error);
}
