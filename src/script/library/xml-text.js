(function () {
  'use strict';
  // Nodes to text. What could end its place early, or cannot stand in XML at all, is refused.
  const fail = (message) => Object.assign(new Error(message), { name: 'InvalidCharacterError', errorMessage: message });
  const start = 'A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{200c}\\u{200d}\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}';
  const plain = '[' + start + '][' + start + '\\-.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}\\u{2040}]*';
  const name = new RegExp('^' + plain + '(?::' + plain + ')?$', 'u');
  const isName = (text) => name.test(text);
  const clean = (text) => {
    text = String(text);
    if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed()) throw fail('a text has characters that cannot stand in XML');
    return text;
  };
  const marks = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;' };
  const text = (value) => clean(value).replace(/[<>&\r]/g, (mark) => marks[mark]);
  const quoted = (value) => '"' + clean(value).replace(/[<>&"\t\n\r]/g, (mark) => marks[mark]) + '"';
  const checked = (prefix, local) => {
    const whole = prefix ? prefix + ':' + local : String(local);
    if (!isName(whole)) throw fail('`' + whole.slice(0, 80) + '` is no name in XML');
    return whole;
  };
  const XMLNS = 'http://www.w3.org/2000/xmlns/';
  // The tag of an element, and what prefixes stand for inside of it. Namespaces that nothing declares are declared.
  const open = (node, outer) => {
    const scope = Object.assign(Object.create(null), outer), tag = checked(node.prefix, node.localName);
    let own = '';
    for (const one of node.attributes) if (one.namespaceURI === XMLNS) scope[one.prefix ? one.localName : ''] = one.value;
    const declare = (prefix, uri) => {
      if (prefix === 'xml' || (scope[prefix] || '') === uri) return;
      scope[prefix] = uri;
      own += ' ' + (prefix ? 'xmlns:' + prefix : 'xmlns') + '=' + quoted(uri);
    };
    const given = { ...scope };
    declare(node.prefix || '', node.namespaceURI || '');
    for (const one of node.attributes) {
      if (one.namespaceURI === XMLNS) continue;
      if (one.namespaceURI && !one.prefix) throw fail('an attribute in a namespace needs a prefix');
      if (one.prefix) declare(one.prefix, one.namespaceURI || '');
      own += ' ' + checked(one.prefix, one.localName) + '=' + quoted(one.value);
    }
    let declared = '';
    for (const one of node.attributes) {
      const prefix = one.prefix ? one.localName : '';
      // A declaration that was overruled above is there already.
      if (one.namespaceURI === XMLNS && scope[prefix] === given[prefix]) declared += ' ' + checked(one.prefix, one.localName) + '=' + quoted(one.value);
    }
    return { tag, head: '<' + tag + declared + own, scope };
  };
  const serialize = (node) => {
    const out = [], waiting = [{ node, scope: Object.create(null) }];
    while (waiting.length) {
      const { node, scope, end } = waiting.pop();
      if (end !== undefined) { out.push(end); continue; }
      switch (node.nodeType) {
        case 1: {
          const element = open(node, scope), children = node.childNodes;
          if (children.length === 0) { out.push(element.head + '/>'); break; }
          out.push(element.head + '>');
          waiting.push({ end: '</' + element.tag + '>' });
          for (let at = children.length - 1; at >= 0; at--) waiting.push({ node: children[at], scope: element.scope });
          break;
        }
        case 2: out.push(text(node.value)); break;
        case 7:
          if (String(node.data).includes('?>') || /^xml$/i.test(node.target)) throw fail('an instruction cannot have this text');
          out.push('<?' + checked(null, node.target) + (node.data === '' ? '' : ' ' + clean(node.data)) + '?>');
          break;
        case 8:
          if (/--|-$/.test(node.data)) throw fail('a comment cannot have two dashes');
          out.push('<!--' + clean(node.data) + '-->');
          break;
        case 9: case 11:
          for (let at = node.childNodes.length - 1; at >= 0; at--) waiting.push({ node: node.childNodes[at], scope });
          break;
        default: out.push(text(node.data));
      }
    }
    return out.join('');
  };
  return { serialize, isName };
})
