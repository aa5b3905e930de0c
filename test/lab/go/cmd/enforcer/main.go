// Command enforcer makes one node obey networking.k8s.io/v1 NetworkPolicies by nftables (IPv4): all rules are
// replaced at once, whenever pods, namespaces or policies change. It is for the lab: whole in what it understands
// (both directions, selectors, address blocks, named ports and ranges), simple in how it does it.
package main

import (
	"bytes"
	"context"
	"flag"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// settle is how long changes are gathered before the rules are written.
const settle = 50 * time.Millisecond

// watcher keeps copies of what policies are about and tells when any of it changed.
type watcher struct {
	factory informers.SharedInformerFactory
	changed chan struct{}
}

func watch(ctx context.Context, kubeconfig string) (*watcher, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	w := &watcher{factory: informers.NewSharedInformerFactory(client, 0), changed: make(chan struct{}, 1)}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { w.poke() },
		UpdateFunc: func(any, any) { w.poke() },
		DeleteFunc: func(any) { w.poke() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		w.factory.Core().V1().Pods().Informer(),
		w.factory.Core().V1().Namespaces().Informer(),
		w.factory.Networking().V1().NetworkPolicies().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return nil, err
		}
	}
	w.factory.Start(ctx.Done())
	w.factory.WaitForCacheSync(ctx.Done())
	w.poke()
	return w, nil
}

// poke notes that something changed; one note is enough until it is read.
func (w *watcher) poke() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// world reads the copies; listing them cannot fail, they are in memory.
func (w *watcher) world() *world {
	pods, _ := w.factory.Core().V1().Pods().Lister().List(labels.Everything())
	namespaces, _ := w.factory.Core().V1().Namespaces().Lister().List(labels.Everything())
	policies, _ := w.factory.Networking().V1().NetworkPolicies().Lister().List(labels.Everything())
	return newWorld(pods, namespaces, policies)
}

// load gives rules to nft, which takes all of them or none.
func load(ctx context.Context, rules []byte) error {
	command := exec.CommandContext(ctx, "nft", "-f", "-")
	command.Stdin, command.Stderr = bytes.NewReader(rules), os.Stderr
	return command.Run()
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of a kubeconfig")
	node := flag.String("node", "", "name of the node whose pods are held to policies")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	w, err := watch(ctx, *kubeconfig)
	if err != nil {
		log.Fatalf("cannot watch the API server: %v", err)
	}
	var last []byte
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.changed:
		}
		time.Sleep(settle)
		rules := w.world().rules(*node)
		if bytes.Equal(rules, last) {
			continue
		}
		if err := load(ctx, rules); err != nil {
			log.Printf("nft refused the rules (%v), trying again:\n%s", err, rules)
			time.Sleep(time.Second)
			w.poke()
			continue
		}
		last = rules
		log.Printf("%d bytes of rules are in force", len(rules))
	}
}
