/** Every id that package.json contributes, once. A test holds package.json against this file. */

export const ViewType = { capture: 'stratoshark.capture' } as const;

/** Views of the extension's own container. */
export const View = { clusters: 'stratoshark.clusters' } as const;

/** Read-only documents with objects of a cluster. */
export const kObjectScheme = 'stratoshark-object';
/** Read-only documents with what is about to be applied to a cluster. */
export const kManifestScheme = 'stratoshark-manifest';

export const Command = {
  focusFilter: 'stratoshark.filter.focus',
  clearFilter: 'stratoshark.filter.clear',
  saveFilter: 'stratoshark.filter.save',
  manageFilters: 'stratoshark.filter.manage',
  clearFilterHistory: 'stratoshark.filter.clearHistory',
  reopen: 'stratoshark.capture.reopen',
  /** Ctrl+S in a capture: unlike VS Code's own it is known to be the user's wish. */
  save: 'stratoshark.capture.save',
  savePackets: 'stratoshark.capture.savePackets',
  openInWireshark: 'stratoshark.capture.openInWireshark',
  captureHere: 'stratoshark.capture.here',
  stopCapture: 'stratoshark.capture.stop',
  addKeys: 'stratoshark.tls.addKeys',
  verifyPolicy: 'stratoshark.policy.verify',
  showPolicyPods: 'stratoshark.policy.showPods',
  explainFlow: 'stratoshark.policy.explain',
  chooseState: 'stratoshark.policy.chooseState',
  showWhatIf: 'stratoshark.policy.showWhatIf',
  showRuleFlows: 'stratoshark.policy.showRuleFlows',
  reconnect: 'stratoshark.cluster.reconnect',
  filterTree: 'stratoshark.cluster.filter',
  clearTreeFilter: 'stratoshark.cluster.clearFilter',
  pinNamespace: 'stratoshark.cluster.pin',
  unpinNamespace: 'stratoshark.cluster.unpin',
  typeNamespace: 'stratoshark.cluster.typeNamespace',
  forgetNamespace: 'stratoshark.cluster.forgetNamespace',
  copyName: 'stratoshark.cluster.copyName',
  copyIp: 'stratoshark.cluster.copyIp',
  openObject: 'stratoshark.cluster.openYaml',
  openSaved: 'stratoshark.cluster.openSaved',
  chooseKubeconfig: 'stratoshark.cluster.chooseKubeconfig',
  deployAgent: 'stratoshark.agent.deploy',
  upgradeAgent: 'stratoshark.agent.upgrade',
  removeAgent: 'stratoshark.agent.remove',
  agentStatus: 'stratoshark.agent.status',
  getStarted: 'stratoshark.help.getStarted',
  openDemo: 'stratoshark.help.openDemo',
  showLog: 'stratoshark.help.showLog',
  startCapture: 'stratoshark.cluster.capture',
  captureWithOptions: 'stratoshark.cluster.captureWith',
  renameSaved: 'stratoshark.saved.rename',
  revealSaved: 'stratoshark.saved.reveal',
  deleteSaved: 'stratoshark.saved.delete',
  repeatSaved: 'stratoshark.saved.repeat',
  fetchFromNode: 'stratoshark.onNode.fetch',
  deleteFromNode: 'stratoshark.onNode.delete',
  listOnNode: 'stratoshark.onNode.list',
} as const;

/** Conditions of menus that the extension sets. `treeSelection` is the `menu` of the selected row. */
export const ContextKey = { hasWireshark: 'stratoshark.hasWireshark', treeSelection: 'stratoshark.treeSelection' } as const;

/** The walkthrough of the first steps. */
export const kWalkthrough = 'stratoshark.getStarted';

/** Language of `.dfilter` files. */
export const kFilterLanguageId = 'stratoshark-filter';

export const Setting = {
  decodeAs: 'stratoshark.dissection.decodeAs',
  keylogFile: 'stratoshark.tls.keylogFile',
  unpackLimit: 'stratoshark.capture.unpackLimit',
  clusterState: 'stratoshark.policy.clusterState',
  kubeconfig: 'stratoshark.kubernetes.kubeconfig',
  agentNamespace: 'stratoshark.agent.namespace',
  agentImage: 'stratoshark.agent.image',
  agentResources: 'stratoshark.agent.resources',
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
