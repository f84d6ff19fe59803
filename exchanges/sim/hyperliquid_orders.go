package sim

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// firstSpotAsset is the number of the first spot market in orders; perpetuals
// have those below.
const firstSpotAsset = 10_000

// hyperliquidOrder is an order as far as its refusal depends on it.
type hyperliquidOrder struct {
	Asset      *int   `json:"a"`
	Buy        *bool  `json:"b"`
	Price      string `json:"p"`
	Size       string `json:"s"`
	ReduceOnly *bool  `json:"r"`
}

// order refuses every order of a request, in an answer that itself succeeds.
func (v *hyperliquid) order(fields hyperliquidFields) (any, *hyperliquidRefusal) {
	orders, ok := valueOf[[]hyperliquidOrder](fields["orders"])
	if !ok || len(orders) == 0 {
		return nil, hyperliquidUnreadable()
	}
	statuses := []json.RawMessage{}
	for _, o := range orders {
		words, readable := o.refusal()
		if !readable {
			return nil, hyperliquidUnreadable()
		}
		statuses = append(statuses, hyperliquidStatus(words, *o.Asset))
	}
	return jsonOf(`{"type":"order","data":{"statuses":?}}`, statuses), nil
}

// refusal says why an order is not accepted. Here nothing can be traded: what
// is right about an order lacks the money.
func (o hyperliquidOrder) refusal() (words string, readable bool) {
	price, badPrice := strconv.ParseFloat(o.Price, 64)
	size, badSize := strconv.ParseFloat(o.Size, 64)
	if o.Asset == nil || o.Buy == nil || o.ReduceOnly == nil || badPrice != nil || badSize != nil {
		return "", false
	}
	switch {
	case size <= 0:
		return "Order has zero size.", true
	case *o.ReduceOnly: // there are no positions
		return "Reduce only order would increase position.", true
	case price*size < 10:
		return "Order must have minimum value of $10.", true
	case *o.Asset >= firstSpotAsset:
		return "Insufficient spot balance", true
	}
	return "Insufficient margin to place order.", true
}

// hyperliquidCancel finds none of the orders that are to be cancelled.
func hyperliquidCancel(_ *hyperliquid, fields hyperliquidFields) (any, *hyperliquidRefusal) {
	cancels, ok := valueOf[[]struct {
		Asset        *int `json:"asset"`
		AssetOfOrder *int `json:"a"`
	}](fields["cancels"])
	if !ok || len(cancels) == 0 {
		return nil, hyperliquidUnreadable()
	}
	statuses := []json.RawMessage{}
	for _, one := range cancels {
		asset := one.Asset
		if asset == nil {
			asset = one.AssetOfOrder
		}
		if asset == nil {
			return nil, hyperliquidUnreadable()
		}
		statuses = append(statuses, hyperliquidStatus("Order was never placed, already canceled, or filled.", *asset))
	}
	return jsonOf(`{"type":"cancel","data":{"statuses":?}}`, statuses), nil
}

func hyperliquidStatus(words string, asset int) json.RawMessage {
	return jsonOf(`{"error":?}`, fmt.Sprintf("%s asset=%d", words, asset))
}
