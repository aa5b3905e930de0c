package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// dns asks for names, one question after the other, and counts questions by name and answers by result. It writes
// the questions itself: a resolver would add search domains, address families and repetitions of its own.
func dns(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("dns", flag.ExitOnError)
	limits := boundFlags(flags)
	server := flags.String("server", "", "address of the server (from /etc/resolv.conf where it is not given)")
	list := flags.String("names", "kubernetes.default.svc.cluster.local", "what to ask for in turn, separated by commas")
	if err := flags.Parse(args); err != nil {
		return err
	}
	address, err := resolverAddress(*server)
	if err != nil {
		return err
	}
	names := strings.Split(*list, ",")
	counts := &questions{byName: map[string]int{}, byResult: map[string]int{}}
	turn := 0
	limits.run(ctx, func(ctx context.Context) {
		counts.ask(ctx, address, names[turn%len(names)])
		turn++
	}, counts.values)
	return nil
}

func resolverAddress(given string) (string, error) {
	if given != "" {
		return net.JoinHostPort(given, "53"), nil
	}
	file, err := os.Open("/etc/resolv.conf")
	if err != nil {
		return "", err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 2 && fields[0] == "nameserver" {
			return net.JoinHostPort(fields[1], "53"), nil
		}
	}
	return "", errors.New("/etc/resolv.conf names no server")
}

type questions struct {
	sent     int
	number   uint16
	byName   map[string]int
	byResult map[string]int
}

func (q *questions) ask(ctx context.Context, server, name string) {
	q.number++
	question, err := pack(q.number, name)
	if err != nil {
		q.byResult["not sent: "+err.Error()]++
		return
	}
	dialer := net.Dialer{}
	conn, err := dialer.DialContext(ctx, "udp", server)
	if err != nil {
		q.byResult["not sent: "+err.Error()]++
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := conn.Write(question); err != nil {
		q.byResult["not sent: "+err.Error()]++
		return
	}
	q.sent++
	q.byName[name]++
	q.byResult[result(conn, q.number)]++
}

// pack is a question for the IPv4 address of a name (RFC 1035, section 4).
func pack(number uint16, name string) ([]byte, error) {
	full, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, err
	}
	message := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: number, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: full, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	return message.Pack()
}

// result reads the answer: its response code in words, or why there is none.
func result(conn net.Conn, number uint16) string {
	var data [4096]byte
	n, err := conn.Read(data[:])
	if err != nil {
		return "no answer"
	}
	var parser dnsmessage.Parser
	header, err := parser.Start(data[:n])
	if err != nil || header.ID != number {
		return "not an answer"
	}
	return strings.TrimPrefix(header.RCode.String(), "RCode")
}

func (q *questions) values() map[string]any {
	return map[string]any{"sent": q.sent, "byName": q.byName, "byResult": q.byResult}
}
