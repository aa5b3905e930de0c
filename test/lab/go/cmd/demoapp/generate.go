package main

import (
	"context"
	"flag"
	"time"
)

// bounds hold a generator: it ends at the count or at the time, whichever comes first.
type bounds struct {
	count  *int
	rate   *float64
	last   *time.Duration
	report *time.Duration
	wait   *bool
}

func boundFlags(flags *flag.FlagSet) bounds {
	return bounds{
		count:  flags.Int("count", 100, "how many to send at most"),
		rate:   flags.Float64("rate", 10, "how many to send in a second at most"),
		last:   flags.Duration("for", time.Minute, "how long to send at most"),
		report: flags.Duration("report", 10*time.Second, "time between two reports"),
		wait:   flags.Bool("then-wait", false, "stay alive after the last report, doing nothing"),
	}
}

// run calls send at the rate, reports now and then, and closes with a report that says done. Sending is sequential:
// a slow answer delays what follows, and never piles up.
func (b bounds) run(ctx context.Context, send func(ctx context.Context), report func() map[string]any) {
	limited, cancel := context.WithTimeout(ctx, *b.last)
	defer cancel()
	tick := time.NewTicker(time.Duration(float64(time.Second) / max(*b.rate, 0.001)))
	defer tick.Stop()
	next := time.Now().Add(*b.report)
	for sent := 0; sent < *b.count && limited.Err() == nil; sent++ {
		send(limited)
		if time.Now().After(next) {
			next = next.Add(*b.report)
			tell("report", report())
		}
		select {
		case <-tick.C:
		case <-limited.Done():
		}
	}
	values := report()
	values["done"] = true
	tell("report", values)
	if *b.wait {
		<-ctx.Done()
	}
}
