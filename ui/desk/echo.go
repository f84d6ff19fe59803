package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	echoTime = 5 * time.Second
	echoBody = 1 << 10
)

// echo asks one service over one kind of network. It gets no key and no name,
// as any web page would, and no cookie; errors name its host only, since an
// address may have something in it that is meant for the service alone.
func (d *Desk) echo(ctx context.Context, network, address string) (netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, echoTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return netip.Addr{}, errors.New("an address of ip_echo is none")
	}
	r.Header.Set("User-Agent", d.agent)
	resp, err := echoClient(network).Do(r)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return netip.Addr{}, fmt.Errorf("%s: %w", r.URL.Host, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, echoBody))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%s: %w", r.URL.Host, err)
	}
	addr, err := netip.ParseAddr(strings.TrimSpace(string(body)))
	addr = addr.Unmap()
	if resp.StatusCode != http.StatusOK || err != nil || !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("%s answered no public address (status %d)", r.URL.Host, resp.StatusCode)
	}
	return addr, nil
}

// echoClient dials over one kind of network, keeps no connection and follows
// nobody elsewhere.
func echoClient(network string) *http.Client {
	var dialer net.Dialer
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, addr)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
