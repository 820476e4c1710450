// Start of the page.
import { Page } from './page.ts';

await new Page().start();
