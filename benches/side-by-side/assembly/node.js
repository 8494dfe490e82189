// The assemblies v10 and v5 and the one-line script, as a Node server has them that runs each script in a context of its own.
'use strict';
const http = require('http');
const vm = require('vm');
const [, , port, upstream] = process.argv;

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
const clients = new Map([['default', { plan: 'wide' }]]);
const plans = new Map([['wide', { most: 1e9, second: 0, count: 0 }]]);

const script = (text) => new vm.Script(text, { filename: 'script.js' });
const scripts = {
  line: script("(function () { set('message.body', 'ok'); })()"),
  condition: script('message.body.id > 10'),
  classify: script(`(function () {
    var id = message.body.id;
    var kind = 'odd';
    if (id % 2 === 0) { kind = 'even'; }
    kind = kind + '-' + String(id).length;
    set('kind', kind);
  })()`),
};

// Each run has globals of its own; it sees its variables and two functions.
const run = (code, variables) => {
  const context = vm.createContext({
    message: variables.message,
    get: (name) => variables[name],
    set: (name, value) => { variables[name] = value; },
  });
  return code.runInContext(context, { timeout: 5000 });
};

const admit = (query) => {
  const client = clients.get(query.get('client_id'));
  if (!client) return 401;
  const plan = plans.get(client.plan), second = Math.floor(Date.now() / 1000);
  if (plan.second !== second) { plan.second = second; plan.count = 0; }
  plan.count += 1;
  return plan.count > plan.most ? 429 : 200;
};

const answer = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
};

const call = (response, body, headers) => {
  const options = { host: '127.0.0.1', port: upstream, path: '/unsigned/raw', method: 'POST', agent };
  const request = http.request({ ...options, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (came) => {
    response.writeHead(came.statusCode, came.headers);
    came.pipe(response);
  });
  request.on('error', (error) => answer(response, 502, JSON.stringify({ error: error.message })));
  request.end(body);
};

const assemblies = {
  '/raw': (response) => answer(response, 200, 'ok'),
  '/script': (response, query, body) => {
    const variables = { message: { body } };
    run(scripts.line, variables);
    answer(response, 200, variables['message.body']);
  },
  '/v10': (response, query, body) => {
    const variables = { message: { body: JSON.parse(body) } };
    if (!(variables.message.body.id > 10)) return answer(response, 500, '{"name":"Unknown"}');
    run(scripts.classify, variables);
    const mapped = { order: { number: variables.message.body.id, kind: variables.kind } };
    call(response, JSON.stringify(mapped), { 'content-type': 'application/json' });
  },
  '/v5': (response, query, body) => {
    const variables = { message: { body: JSON.parse(body) } };
    if (!run(scripts.condition, variables)) return answer(response, 500, '{"name":"Unknown"}');
    run(scripts.classify, variables);
    call(response, body, { 'content-type': 'application/json', 'x-kind': variables.kind });
  },
};

http.createServer((request, response) => {
  const [path, query] = request.url.split('?'), parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const asked = new URLSearchParams(query), assembly = assemblies[path];
    if (!assembly) return answer(response, 404, '{}');
    const status = path.startsWith('/v') ? admit(asked) : 200;
    if (status !== 200) return answer(response, status, '{}');
    assembly(response, asked, Buffer.concat(parts).toString());
  });
}).listen(Number(port), '127.0.0.1');
