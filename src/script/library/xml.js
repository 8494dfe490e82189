(function (host) {
  'use strict';
  // The part of DOM that scripts use. A list of children is live, any other list is not.
  const { serialize, isName } = host.load('xml-text')(host);
  const XMLNS = 'http://www.w3.org/2000/xmlns/';
  const types = {
    ELEMENT_NODE: 1, ATTRIBUTE_NODE: 2, TEXT_NODE: 3, CDATA_SECTION_NODE: 4, PROCESSING_INSTRUCTION_NODE: 7,
    COMMENT_NODE: 8, DOCUMENT_NODE: 9, DOCUMENT_FRAGMENT_NODE: 11,
  };
  const fail = (name, message) => Object.assign(new Error(message), { name, errorMessage: message });
  const split = (name) => {
    name = String(name);
    if (!isName(name)) throw fail('InvalidCharacterError', '`' + name.slice(0, 80) + '` is no name in XML');
    const at = name.indexOf(':');
    return at < 0 ? [null, name] : [name.slice(0, at), name.slice(at + 1)];
  };
  class NodeList extends Array {
    item(at) { return this[at] === undefined ? null : this[at]; }
    toString() { return this.map((node) => serialize(node)).join(''); }
  }
  const childless = Object.freeze(new NodeList());
  const adopt = (parent, child) => { parents.set(child, parent); };
  const parents = new WeakMap(), documents = new WeakMap();

  class Node {
    constructor(document, type) {
      documents.set(this, document);
      Object.defineProperty(this, 'nodeType', { value: type, enumerable: true });
      Object.defineProperty(this, 'childNodes', { value: [1, 9, 11].includes(type) ? new NodeList() : childless, enumerable: false });
    }
    get parentNode() { return parents.get(this) || null; }
    get ownerDocument() { return documents.get(this) || null; }
    get firstChild() { return this.childNodes.item(0); }
    get lastChild() { return this.childNodes.item(this.childNodes.length - 1); }
    get nextSibling() { return this.#sibling(1); }
    get previousSibling() { return this.#sibling(-1); }
    #sibling(step) {
      const all = parents.get(this) && parents.get(this).childNodes;
      return all ? all.item(all.indexOf(this) + step) : null;
    }
    get nodeValue() { return null; }
    set nodeValue(_) {}
    get attributes() { return null; }
    get textContent() {
      let text = '';
      for (const node of below(this)) if (node.nodeType === 3) text += node.data;
      return text;
    }
    set textContent(text) {
      for (const child of this.childNodes.slice()) this.removeChild(child);
      if (String(text) !== '') this.appendChild(new CharacterData(this.ownerDocument || this, 3, text));
    }
    hasChildNodes() { return this.childNodes.length > 0; }
    hasAttributes() { return Boolean(this.attributes && this.attributes.length); }
    contains(other) { for (; other; other = other.parentNode) if (other === this) return true; return false; }
    isSameNode(other) { return this === other; }
    appendChild(child) { return this.insertBefore(child, null); }
    insertBefore(child, before) {
      if (!(child instanceof Node)) throw fail('TypeError', 'a node was expected');
      const news = child.nodeType === 11 ? child.childNodes.slice() : [child];
      for (const one of news) this.#check(one);
      if (before !== null && before !== undefined && before.parentNode !== this) throw fail('NotFoundError', 'the node to insert before is no child of this one');
      for (const one of news) {
        if (one === before) continue;
        if (one.parentNode) one.parentNode.removeChild(one);
        const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
        this.childNodes.splice(at, 0, one);
        adopt(this, one);
      }
      return child;
    }
    #check(child) {
      const wrong = (message) => { throw fail('HierarchyRequestError', message); };
      if (![1, 9, 11].includes(this.nodeType)) wrong('this node has no children');
      if (child.nodeType === 2 || child.nodeType === 9) wrong('an attribute or a document is no child');
      if (child === this || child.hasChildNodes() && child.contains(this)) wrong('a node cannot be inside of itself');
      if (this.nodeType !== 9) return;
      if (child.nodeType === 3) wrong('a document has no text beside its element');
      if (child.nodeType === 1 && this.documentElement && this.documentElement !== child) wrong('a document has one element');
    }
    removeChild(child) {
      const at = this.childNodes.indexOf(child);
      if (at < 0) throw fail('NotFoundError', 'the node is no child of this one');
      this.childNodes.splice(at, 1);
      parents.delete(child);
      return child;
    }
    replaceChild(child, old) {
      const next = old.nextSibling === child ? child.nextSibling : old.nextSibling;
      this.removeChild(old);
      try { this.insertBefore(child, next); } catch (error) { this.insertBefore(old, next); throw error; }
      return old;
    }
    cloneNode(deep) { return copy(this, documents.get(this) || this, Boolean(deep)); }
    getElementsByTagName(name) {
      const found = new NodeList();
      for (const node of below(this)) if (node.nodeType === 1 && (name === '*' || node.nodeName === String(name))) found.push(node);
      return found;
    }
    getElementsByTagNameNS(namespace, local) {
      const found = new NodeList(), wanted = namespace === '' ? null : namespace;
      for (const node of below(this))
        if (node.nodeType === 1 && (wanted === '*' || node.namespaceURI === wanted) && (local === '*' || node.localName === local)) found.push(node);
      return found;
    }
    toString() { return serialize(this); }
  }
  Object.assign(Node, types);
  Object.assign(Node.prototype, types);
  // In document order, without the node itself; without recursion, as scripts may nest as deep as they like.
  function* below(node) {
    const waiting = node.childNodes.slice().reverse();
    while (waiting.length) {
      const next = waiting.pop();
      yield next;
      for (let at = next.childNodes.length - 1; at >= 0; at--) waiting.push(next.childNodes[at]);
    }
  }

  class Attr extends Node {
    constructor(document, namespace, prefix, local, value) {
      super(document, 2);
      Object.assign(this, { namespaceURI: namespace, prefix, localName: local, value: String(value) });
    }
    get name() { return this.prefix ? this.prefix + ':' + this.localName : this.localName; }
    get nodeName() { return this.name; }
    get nodeValue() { return this.value; }
    set nodeValue(value) { this.value = String(value); }
    get textContent() { return this.value; }
    set textContent(value) { this.value = String(value); }
    get specified() { return true; }
  }
  class NamedNodeMap extends NodeList {
    getNamedItem(name) { return this.find((one) => one.name === String(name)) || null; }
    getNamedItemNS(namespace, local) { return this.find((one) => one.namespaceURI === (namespace || null) && one.localName === local) || null; }
  }
  class CharacterData extends Node {
    constructor(document, type, text) { super(document, type); this.data = String(text); }
    get length() { return this.data.length; }
    get nodeName() { return this.nodeType === 8 ? '#comment' : '#text'; }
    get nodeValue() { return this.data; }
    set nodeValue(text) { this.data = String(text); }
    get textContent() { return this.data; }
    set textContent(text) { this.data = String(text); }
  }
  class ProcessingInstruction extends CharacterData {
    constructor(document, target, data) { super(document, 7, data); this.target = split(target)[1] && String(target); }
    get nodeName() { return this.target; }
  }
  class Element extends Node {
    #attributes = new NamedNodeMap();
    constructor(document, namespace, prefix, local) {
      super(document, 1);
      Object.assign(this, { namespaceURI: namespace, prefix, localName: local });
    }
    get tagName() { return this.prefix ? this.prefix + ':' + this.localName : this.localName; }
    get nodeName() { return this.tagName; }
    get attributes() { return this.#attributes; }
    getAttributeNode(name) { return this.#attributes.getNamedItem(name); }
    getAttributeNodeNS(namespace, local) { return this.#attributes.getNamedItemNS(namespace, local); }
    getAttribute(name) { const one = this.getAttributeNode(name); return one ? one.value : ''; }
    getAttributeNS(namespace, local) { const one = this.getAttributeNodeNS(namespace, local); return one ? one.value : ''; }
    hasAttribute(name) { return this.getAttributeNode(name) !== null; }
    hasAttributeNS(namespace, local) { return this.getAttributeNodeNS(namespace, local) !== null; }
    setAttribute(name, value) {
      const [prefix, local] = split(name), one = this.getAttributeNode(name);
      const isDeclaration = prefix === 'xmlns' || String(name) === 'xmlns';
      if (one) one.value = String(value);
      else if (prefix && !isDeclaration && prefix !== 'xml') throw fail('NamespaceError', 'write setAttributeNS for an attribute with a prefix');
      else this.#attributes.push(new Attr(this.ownerDocument, isDeclaration ? XMLNS : prefix ? 'http://www.w3.org/XML/1998/namespace' : null, prefix, local, value));
    }
    setAttributeNS(namespace, name, value) {
      const [prefix, local] = split(name), one = this.getAttributeNodeNS(namespace, local);
      if (prefix && !namespace) throw fail('NamespaceError', 'a prefix needs a namespace');
      if (one) one.value = String(value);
      else this.#attributes.push(new Attr(this.ownerDocument, namespace || null, prefix, local, value));
    }
    #drop(one) { if (one) this.#attributes.splice(this.#attributes.indexOf(one), 1); }
    removeAttribute(name) { this.#drop(this.getAttributeNode(name)); }
    removeAttributeNS(namespace, local) { this.#drop(this.getAttributeNodeNS(namespace, local)); }
  }
  class DocumentFragment extends Node {
    constructor(document) { super(document, 11); }
    get nodeName() { return '#document-fragment'; }
  }
  class Document extends Node {
    constructor() { super(null, 9); }
    get nodeName() { return '#document'; }
    get documentElement() { return this.childNodes.find((node) => node.nodeType === 1) || null; }
    createElement(name) { const [prefix, local] = split(name); if (prefix) throw fail('NamespaceError', 'write createElementNS for a name with a prefix'); return new Element(this, null, null, local); }
    createElementNS(namespace, name) {
      const [prefix, local] = split(name);
      if (prefix && !namespace) throw fail('NamespaceError', 'a prefix needs a namespace');
      return new Element(this, namespace || null, prefix, local);
    }
    createTextNode(text) { return new CharacterData(this, 3, text); }
    createCDATASection(text) { return new CharacterData(this, 3, text); }
    createComment(text) { return new CharacterData(this, 8, text); }
    createProcessingInstruction(target, data) { return new ProcessingInstruction(this, target, data); }
    createDocumentFragment() { return new DocumentFragment(this); }
    importNode(node, deep) { return copy(node, this, Boolean(deep)); }
  }
  const single = (node, document) => {
    switch (node.nodeType) {
      case 1: {
        const made = new Element(document, node.namespaceURI, node.prefix, node.localName);
        for (const one of node.attributes) made.attributes.push(single(one, document));
        return made;
      }
      case 2: return new Attr(document, node.namespaceURI, node.prefix, node.localName, node.value);
      case 7: return new ProcessingInstruction(document, node.target, node.data);
      case 9: return new Document();
      case 11: return new DocumentFragment(document);
      default: return new CharacterData(document, node.nodeType, node.data);
    }
  };
  const copy = (node, document, deep) => {
    const made = single(node, document), of = new Map([[node, made]]);
    if (deep) for (const one of below(node)) {
      const child = single(one, made.nodeType === 9 ? made : document), parent = of.get(one.parentNode);
      parent.childNodes.push(child);
      adopt(parent, child);
      of.set(one, child);
    }
    return made;
  };
  // What browsers and other engines have.
  for (const name of ['querySelector', 'querySelectorAll', 'getElementById', 'getElementsByClassName', 'evaluate', 'selectNodes', 'selectSingleNode', 'xpath', 'toXMLString',
    'normalize', 'isEqualNode', 'compareDocumentPosition', 'lookupPrefix', 'lookupNamespaceURI', 'adoptNode', 'createAttribute', 'createAttributeNS', 'setAttributeNode',
    'setAttributeNodeNS', 'removeAttributeNode', 'splitText', 'appendData', 'insertData', 'deleteData', 'replaceData', 'substringData', 'addEventListener'])
    Object.defineProperty(Node.prototype, name, {
      configurable: true, writable: true,
      value() { throw fail('NotSupportedError', '`' + name + '` of XML nodes is not there'); },
    });

  const build = (nodes) => {
    const document = new Document(), made = [document];
    for (const [parent, type, one, two, three] of nodes) {
      let node;
      if (type === 1) {
        node = new Element(document, one[2], one[0], one[1]);
        for (const [prefix, uri] of three) node.attributes.push(new Attr(document, XMLNS, prefix ? 'xmlns' : null, prefix || 'xmlns', uri));
        for (const [name, value] of two) node.attributes.push(new Attr(document, name[2], name[0], name[1], value));
      } else node = type === 7 ? new ProcessingInstruction(document, one, two) : new CharacterData(document, type, one);
      made.push(node);
      made[parent].childNodes.push(node);
      adopt(made[parent], node);
    }
    return document;
  };
  const read = (work) => {
    try { return build(work()); } catch (error) { throw fail(error instanceof RangeError ? 'RangeError' : 'SyntaxError', 'the text is no XML: ' + error.message); }
  };
  const isNode = (value) => value instanceof Node || value instanceof NodeList;
  const options = (all, is) => all.length > 1 || !is(all[0]) ? [all[0] || {}, all[1]] : [{}, all[0]];
  const parse = (...all) => {
    const [, value] = options(all, (one) => typeof one === 'string' || one instanceof Uint8Array);
    const text = host.joined(value);
    if (typeof text !== 'string' && !(text instanceof Uint8Array)) throw fail('TypeError', 'XML.parse takes text or a Buffer');
    return read(() => host.parseXml(text));
  };
  const stringify = (...all) => {
    const [how, value] = options(all, isNode);
    if (!isNode(value)) throw fail('TypeError', 'XML.stringify takes a node or a list of nodes');
    const text = value instanceof NodeList ? value.map((node) => serialize(node)).join('') : serialize(value);
    return how.omitXmlDeclaration ? text : '<?xml version="1.0" encoding="UTF-8"?>\n' + text;
  };
  return {
    XML: { parse, stringify },
    Node,
    body: (root) => read(() => host.bodyXml(root)).childNodes,
    bytes: (bytes) => parse(bytes).childNodes,
    joined: (value) => isNode(value) ? stringify(value) : value,
  };
})
