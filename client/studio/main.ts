// Start of the studio's page.
import { StudioPage } from './page.ts';

await new StudioPage().start();
