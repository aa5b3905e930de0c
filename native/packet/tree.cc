#include "packet/tree.h"

namespace strato {

uint32_t Tree::append(uint32_t parent, const FieldDef* f, Value v, const Buf& b, uint32_t off, uint32_t len) {
  if (nodes_.size() >= kMaxNodes) return kNoNode;
  uint32_t i = static_cast<uint32_t>(nodes_.size());
  // bytes marked outside the view are clipped, so that no reader of the tree has to check again
  uint32_t end = b.size();
  if (off > end) off = end;
  if (len > end - off) len = end - off;
  Node& n = nodes_.emplace_back();
  n.field = f;
  n.value = v;
  n.label = nullptr;
  n.label_len = 0;
  n.parent = parent;
  n.first_child = n.last_child = n.next = kNoNode;
  n.off = b.base() + off;
  n.len = len;
  n.source = b.source();
  n.flags = 0;
  n.layer = 1;
  n.depth_unused = 0;
  n.severity = 0;
  if (parent == kNoNode) {
    if (last_root_ != kNoNode) nodes_[last_root_].next = i;
    else first_root_ = i;
    last_root_ = i;
  } else {
    Node& p = nodes_[parent];
    if (p.last_child != kNoNode) nodes_[p.last_child].next = i;
    else p.first_child = i;
    p.last_child = i;
  }
  return i;
}

void Tree::move(uint32_t i, uint32_t parent) {
  Node& n = nodes_[i];
  uint32_t* first = n.parent == kNoNode ? &first_root_ : &nodes_[n.parent].first_child;
  uint32_t* last = n.parent == kNoNode ? &last_root_ : &nodes_[n.parent].last_child;
  uint32_t prev = kNoNode;
  for (uint32_t k = *first; k != i; k = nodes_[k].next) prev = k;
  (prev == kNoNode ? *first : nodes_[prev].next) = n.next;
  if (*last == i) *last = prev;
  n.next = kNoNode;
  n.parent = parent;
  uint32_t* pf = parent == kNoNode ? &first_root_ : &nodes_[parent].first_child;
  uint32_t* pl = parent == kNoNode ? &last_root_ : &nodes_[parent].last_child;
  if (*pl != kNoNode) nodes_[*pl].next = i;
  else *pf = i;
  *pl = i;
}

void Tree::move_behind(uint32_t i, uint32_t prev) {
  Node& n = nodes_[i];
  if (n.parent != nodes_[prev].parent || i == prev || nodes_[prev].next == i) return;
  uint32_t* last = n.parent == kNoNode ? &last_root_ : &nodes_[n.parent].last_child;
  uint32_t before = prev;
  while (nodes_[before].next != kNoNode && nodes_[before].next != i) before = nodes_[before].next;
  if (nodes_[before].next != i || *last != i) return;
  nodes_[before].next = kNoNode;
  *last = before;
  n.next = nodes_[prev].next;
  nodes_[prev].next = i;
}

}  // namespace strato
