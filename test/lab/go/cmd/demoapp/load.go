package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"time"
)

// load sends HTTP requests and counts: what was sent, what was answered with which status, and by whom.
func load(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	limits := boundFlags(flags)
	url := flags.String("url", "", "what to ask for")
	host := flags.String("host", "", "Host header and TLS server name, where they differ from the URL's")
	reuse := flags.Bool("keep-alive", false, "one connection for all requests, instead of one each")
	keylog := flags.String("keylog", "", "file for TLS secrets in the format of NSS key logs")
	port := flags.Int("port", 0, "local port of every connection, one connection at a time")
	oldTLS := flags.Bool("tls12", false, "no newer TLS than 1.2, where certificates are in clear")
	times := flags.Bool("times", false, "reports say what each request took, in microseconds")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *url == "" {
		return errors.New("-url is missing")
	}
	// The lab's servers have certificates of an authority nobody knows.
	config := &tls.Config{InsecureSkipVerify: true, ServerName: *host}
	if *oldTLS {
		config.MaxVersion = tls.VersionTLS12
	}
	if *keylog != "" {
		file, err := os.OpenFile(*keylog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer file.Close()
		config.KeyLogWriter = file
	}
	counts := &tally{byStatus: map[int]int{}, byServer: map[string]int{}, times: *times}
	counts.wire.port = *port
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: counts.wire.dial, TLSClientConfig: config, DisableKeepAlives: !*reuse}}
	limits.run(ctx, func(ctx context.Context) { counts.ask(ctx, client, *url, *host) }, counts.values)
	return nil
}

// tally is what a generator of requests counts.
type tally struct {
	wire     wire
	sent     int
	failed   int
	lastFail string
	byStatus map[int]int
	byServer map[string]int
	times    bool
	took     []int64
}

func (t *tally) ask(ctx context.Context, client *http.Client, url, host string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.failed, t.lastFail = t.failed+1, err.Error()
		return
	}
	if host != "" {
		request.Host = host
	}
	t.sent++
	begin := time.Now()
	response, err := client.Do(request)
	if err != nil {
		t.failed, t.lastFail = t.failed+1, err.Error()
		return
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	if t.times {
		t.took = append(t.took, time.Since(begin).Microseconds())
	}
	t.byStatus[response.StatusCode]++
	if server := response.Header.Get("X-Served-By"); server != "" {
		t.byServer[server]++
	}
}

func (t *tally) values() map[string]any {
	values := t.wire.values()
	values["sent"], values["failed"], values["byStatus"], values["byServer"] = t.sent, t.failed, t.byStatus, t.byServer
	if t.times {
		values["took"] = t.took
	}
	if t.lastFail != "" {
		values["lastFailure"] = t.lastFail
	}
	return values
}
