// Start of the kiosk's page.
import { Kiosk } from './kiosk.ts';
import { readOptions } from './options.ts';

new Kiosk(readOptions(new URL(location.href))).start();
