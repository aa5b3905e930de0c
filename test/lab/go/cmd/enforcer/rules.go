package main

import (
	"bytes"
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// table is the one nftables table of the enforcer; deleting it switches enforcement off.
const table = "inet lab_policy"

// direction is one of the two ways traffic is judged, in nft's words.
type direction struct {
	prefix string // of the names of chains
	self   string // where the pod's own address stands
	peer   string // where the other side's address stands
}

var (
	ingress = direction{"in", "daddr", "saddr"}
	egress  = direction{"out", "saddr", "daddr"}
)

// rules are all rules of one node as input for nft: the table is replaced as a whole. Each isolated pod has a chain
// for each direction: what a policy allows returns from it, the rest is counted and dropped before it reaches the
// pod's link. Connections that exist go on. Traffic of the node itself does not pass here: it is always allowed.
func (w *world) rules(node string) []byte {
	var chains, jumps bytes.Buffer
	for _, pod := range w.pods {
		if pod.Spec.NodeName != node {
			continue
		}
		for _, way := range []direction{egress, ingress} {
			if allowed, isolated := w.allowed(pod, way); isolated {
				chain := way.prefix + "_" + strings.ReplaceAll(string(pod.UID), "-", "")
				fmt.Fprintf(&jumps, "    ip %s %s jump %s\n", way.self, pod.Status.PodIP, chain)
				fmt.Fprintf(&chains, "  chain %s { # %s/%s\n", chain, pod.Namespace, pod.Name)
				// A pod always reaches itself, also by way of a Service.
				fmt.Fprintf(&chains, "    ip saddr %s ip daddr %s return\n", pod.Status.PodIP, pod.Status.PodIP)
				fmt.Fprintf(&chains, "%s    counter drop\n  }\n", allowed)
			}
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "table %s\ndelete table %s\ntable %s {\n%s", table, table, table, chains.Bytes())
	// An empty chain says by its name which state of the policies this is.
	fmt.Fprintf(&out, "  chain policies_%d {\n  }\n", w.newest())
	fmt.Fprintf(&out, "  chain forward {\n    type filter hook forward priority filter - 5; policy accept;\n")
	fmt.Fprintf(&out, "    ct state established,related accept\n%s  }\n}\n", jumps.Bytes())
	return out.Bytes()
}

// allowed are the rules of a pod's chain, and whether any policy isolates the pod in that direction.
func (w *world) allowed(pod *core.Pod, way direction) (rules []byte, isolated bool) {
	var out bytes.Buffer
	for _, policy := range w.policiesOf(pod) {
		if !speaksOf(policy, way) {
			continue
		}
		isolated = true
		if way == ingress {
			for _, rule := range policy.Spec.Ingress {
				w.write(&out, policy, pod, way, rule.From, rule.Ports)
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				w.write(&out, policy, pod, way, rule.To, rule.Ports)
			}
		}
	}
	return out.Bytes(), isolated
}

// speaksOf tells whether a policy isolates in a direction. The API server fills policyTypes in; where it is empty all
// the same, ingress counts, and egress if there are rules for it.
func speaksOf(policy *networking.NetworkPolicy, way direction) bool {
	if len(policy.Spec.PolicyTypes) == 0 {
		return way == ingress || len(policy.Spec.Egress) > 0
	}
	for _, kind := range policy.Spec.PolicyTypes {
		if (kind == networking.PolicyTypeIngress) == (way == ingress) {
			return true
		}
	}
	return false
}

// write adds what one rule of a policy allows. No peers means everyone.
func (w *world) write(out *bytes.Buffer, policy *networking.NetworkPolicy, pod *core.Pod, way direction, peers []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort) {
	if len(peers) == 0 {
		w.writeEveryone(out, pod, way, ports)
		return
	}
	for _, peer := range peers {
		if peer.IPBlock != nil {
			if strings.Contains(peer.IPBlock.CIDR, ":") {
				continue // the lab's pods have IPv4 addresses only
			}
			match := fmt.Sprintf("ip %s %s ", way.peer, peer.IPBlock.CIDR)
			if len(peer.IPBlock.Except) > 0 {
				match += fmt.Sprintf("ip %s != { %s } ", way.peer, strings.Join(peer.IPBlock.Except, ", "))
			}
			writePorts(out, match, ports, receiver(pod, nil, way))
			// A port name is the receiver's: pods inside the block have each their own.
			if way == egress && namesPorts(ports) {
				w.writeNamed(out, match, w.pods, ports)
			}
			continue
		}
		for _, other := range w.peers(peer, policy.Namespace) {
			writePorts(out, fmt.Sprintf("ip %s %s ", way.peer, other.Status.PodIP), ports, receiver(pod, other, way))
		}
	}
}

func (w *world) writeEveryone(out *bytes.Buffer, pod *core.Pod, way direction, ports []networking.NetworkPolicyPort) {
	writePorts(out, "", ports, receiver(pod, nil, way))
	if way == egress && namesPorts(ports) {
		w.writeNamed(out, "", w.pods, ports)
	}
}

// writeNamed adds the named ports of a rule for each pod that could receive.
func (w *world) writeNamed(out *bytes.Buffer, match string, receivers []*core.Pod, ports []networking.NetworkPolicyPort) {
	var named []networking.NetworkPolicyPort
	for _, port := range ports {
		if isName(port) {
			named = append(named, port)
		}
	}
	for _, pod := range receivers {
		writePorts(out, match+"ip daddr "+pod.Status.PodIP+" ", named, pod)
	}
}

// receiver is the pod whose port names count: the one traffic goes to.
func receiver(pod, peer *core.Pod, way direction) *core.Pod {
	if way == ingress {
		return pod
	}
	return peer
}

func isName(port networking.NetworkPolicyPort) bool {
	return port.Port != nil && port.Port.Type == intstr.String
}

func namesPorts(ports []networking.NetworkPolicyPort) bool {
	for _, port := range ports {
		if isName(port) {
			return true
		}
	}
	return false
}

// writePorts adds one rule for each port; no ports means all of all protocols.
func writePorts(out *bytes.Buffer, match string, ports []networking.NetworkPolicyPort, to *core.Pod) {
	if len(ports) == 0 {
		fmt.Fprintf(out, "    %sreturn\n", match)
	}
	for _, port := range ports {
		if text, possible := portMatch(port, to); possible {
			fmt.Fprintf(out, "    %s%s return\n", match, text)
		}
	}
}

// portMatch is nft's match of a policy's port. A name that the receiver does not declare matches nothing.
func portMatch(port networking.NetworkPolicyPort, to *core.Pod) (text string, possible bool) {
	protocol := core.ProtocolTCP
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	word := strings.ToLower(string(protocol))
	switch {
	case port.Port == nil:
		return "meta l4proto " + word, true
	case port.Port.Type == intstr.Int && port.EndPort != nil:
		return fmt.Sprintf("%s dport %d-%d", word, port.Port.IntVal, *port.EndPort), true
	case port.Port.Type == intstr.Int:
		return fmt.Sprintf("%s dport %d", word, port.Port.IntVal), true
	case to == nil:
		return "", false
	}
	for _, container := range to.Spec.Containers {
		for _, declared := range container.Ports {
			if declared.Name == port.Port.StrVal && declared.Protocol == protocol {
				return fmt.Sprintf("%s dport %d", word, declared.ContainerPort), true
			}
		}
	}
	return "", false
}
