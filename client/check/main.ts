// Start of the check page.
import { CheckPage } from './page.ts';

await new CheckPage().start();
