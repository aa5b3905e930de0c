package main

import (
	"sort"
	"strconv"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// world is what policies speak of, at one moment.
type world struct {
	pods       []*core.Pod // those that have an address of their own
	namespaces map[string]labels.Set
	policies   []*networking.NetworkPolicy
}

func newWorld(pods []*core.Pod, namespaces []*core.Namespace, policies []*networking.NetworkPolicy) *world {
	w := &world{namespaces: map[string]labels.Set{}}
	for _, pod := range pods {
		if hasAddress(pod) {
			w.pods = append(w.pods, pod)
		}
	}
	for _, namespace := range namespaces {
		w.namespaces[namespace.Name] = namespace.Labels
	}
	// A fixed order, so that the same world gives the same rules.
	w.policies = append(w.policies, policies...)
	sort.Slice(w.pods, func(i, j int) bool { return w.pods[i].UID < w.pods[j].UID })
	sort.Slice(w.policies, func(i, j int) bool { return w.policies[i].UID < w.policies[j].UID })
	return w
}

// hasAddress tells pods that policies apply to: those of the host's network have the node's address, and the
// address of a pod that has ended may belong to another by now.
func hasAddress(pod *core.Pod) bool {
	over := pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed
	return pod.Status.PodIP != "" && !pod.Spec.HostNetwork && !over
}

// newest is the resource version of the policy that changed last: those of one kind grow with every change.
func (w *world) newest() uint64 {
	var newest uint64
	for _, policy := range w.policies {
		if version, err := strconv.ParseUint(policy.ResourceVersion, 10, 64); err == nil {
			newest = max(newest, version)
		}
	}
	return newest
}

// matches tells whether a selector takes a set of labels. An invalid one, which the API server would have refused,
// takes none.
func matches(selector *meta.LabelSelector, set labels.Set) bool {
	compiled, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && compiled.Matches(set)
}

// policiesOf are the policies that select a pod.
func (w *world) policiesOf(pod *core.Pod) []*networking.NetworkPolicy {
	var out []*networking.NetworkPolicy
	for _, policy := range w.policies {
		if policy.Namespace == pod.Namespace && matches(&policy.Spec.PodSelector, pod.Labels) {
			out = append(out, policy)
		}
	}
	return out
}

// peers are the pods a peer of a rule stands for; namespace is the policy's own.
func (w *world) peers(peer networking.NetworkPolicyPeer, namespace string) []*core.Pod {
	var out []*core.Pod
	for _, pod := range w.pods {
		if peer.NamespaceSelector == nil && pod.Namespace != namespace {
			continue
		}
		if peer.NamespaceSelector != nil && !matches(peer.NamespaceSelector, w.namespaces[pod.Namespace]) {
			continue
		}
		if peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels) {
			out = append(out, pod)
		}
	}
	return out
}
