/** Commands that the capture page carries out: the command's id by the action's name. */
export const PageAction = {
  followStream: 'stratoshark.stream.follow',
  findPacket: 'stratoshark.find.open',
  findNext: 'stratoshark.find.next',
  findPrevious: 'stratoshark.find.previous',
  goToPacket: 'stratoshark.go.packet',
  nextInConversation: 'stratoshark.go.nextInConversation',
  previousInConversation: 'stratoshark.go.previousInConversation',
  nextMarked: 'stratoshark.go.nextMarked',
  previousMarked: 'stratoshark.go.previousMarked',
  mark: 'stratoshark.packet.mark',
  comments: 'stratoshark.packet.comments',
  ignore: 'stratoshark.packet.ignore',
  timeReference: 'stratoshark.packet.timeReference',
  chooseColumns: 'stratoshark.columns.choose',
  applyAsColumn: 'stratoshark.columns.addField',
  timeFormat: 'stratoshark.time.format',
  coloringRules: 'stratoshark.coloring.rules',
  toggleColoring: 'stratoshark.coloring.toggle',
  decodeAs: 'stratoshark.dissection.chooseDecodeAs',
  applySelected: 'stratoshark.filter.applySelected',
  applyNotSelected: 'stratoshark.filter.applyNotSelected',
  prepareSelected: 'stratoshark.filter.prepareSelected',
} as const;

export type PageActionName = keyof typeof PageAction;
