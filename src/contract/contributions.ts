/** Every id that package.json contributes, once. A test holds package.json against this file. */

export const ViewType = { capture: 'stratoshark.capture' } as const;

/** Views of the extension's own container. */
export const View = { clusters: 'stratoshark.clusters' } as const;

/** Read-only documents with objects of a cluster. */
export const kObjectScheme = 'stratoshark-object';

export const Command = {
  focusFilter: 'stratoshark.filter.focus',
  clearFilter: 'stratoshark.filter.clear',
  saveFilter: 'stratoshark.filter.save',
  manageFilters: 'stratoshark.filter.manage',
  clearFilterHistory: 'stratoshark.filter.clearHistory',
  reopen: 'stratoshark.capture.reopen',
  savePackets: 'stratoshark.capture.savePackets',
  openInWireshark: 'stratoshark.capture.openInWireshark',
  captureHere: 'stratoshark.capture.here',
  stopCapture: 'stratoshark.capture.stop',
  addKeys: 'stratoshark.tls.addKeys',
  verifyPolicy: 'stratoshark.policy.verify',
  showPolicyPods: 'stratoshark.policy.showPods',
  explainFlow: 'stratoshark.policy.explain',
  chooseState: 'stratoshark.policy.chooseState',
  reconnect: 'stratoshark.cluster.reconnect',
  filterTree: 'stratoshark.cluster.filter',
  clearTreeFilter: 'stratoshark.cluster.clearFilter',
  pinNamespace: 'stratoshark.cluster.pin',
  unpinNamespace: 'stratoshark.cluster.unpin',
  typeNamespace: 'stratoshark.cluster.typeNamespace',
  copyName: 'stratoshark.cluster.copyName',
  copyIp: 'stratoshark.cluster.copyIp',
  openObject: 'stratoshark.cluster.openYaml',
  openSaved: 'stratoshark.cluster.openSaved',
  chooseKubeconfig: 'stratoshark.cluster.chooseKubeconfig',
} as const;

/** Conditions of menus that the extension sets. */
export const ContextKey = { hasWireshark: 'stratoshark.hasWireshark' } as const;

/** Language of `.dfilter` files. */
export const kFilterLanguageId = 'stratoshark-filter';

export const Setting = {
  decodeAs: 'stratoshark.dissection.decodeAs',
  keylogFile: 'stratoshark.tls.keylogFile',
  unpackLimit: 'stratoshark.capture.unpackLimit',
  clusterState: 'stratoshark.policy.clusterState',
  kubeconfig: 'stratoshark.kubernetes.kubeconfig',
  captureFolder: 'stratoshark.capture.folder',
  savedFilters: 'stratoshark.filters.saved',
  coloring: 'stratoshark.coloring',
  coloringRules: 'stratoshark.coloringRules',
} as const;

/** Webview panels: pages that belong to no file. */
export const PanelType = { policy: 'stratoshark.policy', follow: 'stratoshark.follow' } as const;

/** Endings of capture files, each also compressed. */
export const captureEndings = ['pcap', 'pcapng', 'cap'] as const;
export const compressionEndings = ['gz', 'zst', 'lz4'] as const;
