// A website that has nothing to do with Vaktra: serves index.html, and shows that the widget needs nothing of its host.
//   VAKTRA_HTTP_ORIGINS=http://localhost:3000 npm start      and beside it      node examples/website/server.mjs
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const PORT = Number(process.env.PORT ?? 3000);
const page = new URL('index.html', import.meta.url);

createServer((_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(readFileSync(page));
}).listen(PORT, () => console.log(`Open http://localhost:${PORT}`));
