(function (host) {
  'use strict';
  const levels = ['log', 'trace', 'debug', 'info', 'notice', 'warn', 'warning', 'error', 'critical', 'alert', 'emerg'];
  const make = (category) => {
    const console = {};
    for (const level of levels)
      console[level] = (...values) => host.log(level, category, host.use('util').format(...values).toWellFormed());
    console.dir = (value) => console.log(host.use('util').inspect(value));
    console.options = (options) => make(String(options && (options.category || options.cat) || category).slice(0, 80));
    return console;
  };
  return make('');
})
