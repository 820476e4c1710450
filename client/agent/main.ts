// Start of the page of agents.
import { AgentPage } from './page.ts';

new AgentPage().start();
