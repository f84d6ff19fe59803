package sim

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"sync"
)

// simulationRSAKeys are private keys that everyone may know: they sign for
// simulated accounts only. Never register them with an exchange.
var simulationRSAKeys = []string{
	`-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC6OYakanmVroBv
hBFW0XLX6034kwFwN5s6LBF2cz4J05ITUUpk+W3kTebKS1HvgmxP10URX2cVuls9
itpeFhorlHYfQnmeKqAVFLeJ2+0he2wJME3IzLe9TWZ0odAOt//b9H1gcBV36tDu
xeQ2RYQvqUJ7ps1Sc9YQm864Rph4aiN2Zd+3IYTf3BcQx5iBQQjJQfxz0eJxFKzC
PVKkRLiaFfbp2HdV2K7STrBuA9XUBrBEwg0M1xbROpCDlT46TlskEEe2u/+LdgKo
S6gemnecKICdmOMdznPmf7o4AzzYDxfCR2pZulpGf3a96j6lBatu00It+c5Zupvz
a2qbOHlHAgMBAAECggEAB8uUqUPpEazw+g9gh8PTYi/FXxxi47GlhnUwc0bhApmf
9GhjYYACFkZ0h2SeahTe4nteYXB0PjfuIyYG0ggW0bAwlEpnZjQz6JiqE36TRI2I
DjJpbyMH+0fxe/xcsIu0jXPZ3l7oEdGl1qON/qpA8vB2NKWHfrtpQIoPyILxVZ5O
snobhMNk52oO4voaMkq9GDR47xM5tk1k2L7gzo3uhO2EJZ6rvCDQPLJwqXEGVe2+
iqgEI87Z8MkLU66cWmeaq8+Fl7vEtvcvihv9q3aeYewe4daB1L7Vpg2puYpY+VN/
hrqyH/bFT+OkudiCPvklGi+kt0v0DXwdvrchM/meYQKBgQD2b56tNFda2qauOjDh
FyoyRYGdQ0fq7K1r3FXy1mYtoi1Qzyn6vqOBW6XUQzY9b2Q6g7MNBGM0UpdiMfdD
EaQOmiPXI2NOOw7nFQ7ytlV6/+LCUhc6Vmsav+Py2RcUbe/OhXhKf2Bx7Ww8JRs7
mPJbxAB0pL7d9YKLbrYQyYDxbwKBgQDBc7KLJKQPQZaeLma0RF0xsNU7FkVWH2So
Z6Pqpptw4kGCyVtutIU1qK02YoL2Xig7nH0KQIl+3aqysvva1qyv4f84l7LbfLTj
Fzs8dP7zeiI1L1HJkmJQ6xL/H9VXKm+VbOC2d6mbFP0mDXbZicyhyVykM8Bhi1WP
+WXKQa7ZqQKBgQCEQXtDMWgAVoBF2O0KoEgBGtRo9gbOyZ542JM39GB59SOkzsmU
zGMrtWfV9wxRBEsiLDQXtFcZaYndJTuyPvFw9MBvYYqWHZPt6JtRHxHZJSMpbq0Q
nfh1Lq7DUkbUq/ubNn5MXPgBrI396VwoK/lFzncAIrpcnLom4o/Lipks+QKBgEWX
cWtMyxgR6DUPTDMdRMlTa+HNqTPKJ1PNtNH9DX4WZqq99P5mQmWDQIyH88TdKmwH
Z5QAk3XoGDgg2ylmgMjk7ANXzyfWPNxUxyKAlBbSoOuxEiMJXgTuC+9rbDvnMCz4
9f2uHn2Dl23Q+ihXwh2RappHY7WzghxBA7U228fBAoGBAKGsSF3pgY3XLwZ9hUk1
FquN1tpHuvytOfo1R0OQcFyslM2i+/kfjQlqbUQmmERWMM+zSzfpAyQaajA+mgun
ZpOCV0kRtEmp9VLE4OEUtFNEamXj63VLrvrmZjVHkbeBhypHPXWsfo7yMiW4jGoE
+cS0rIxo+enKOtxBmYNRev8n
-----END PRIVATE KEY-----
`,
	`-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDI3h4oETmoSVp4
nrP/PcNMBf8rlz4XHemFfE7aUoZrRBxljYJ0uo/ydjzzS536L7KhZGNOFaTjhfKU
PfTzQxvJrJhH5S8JJgMz07pV6Mfh/zTGH8cjgD8lzKmh6waIlmcuA8aIgZwGO9W1
pxvINZVeFps/VmrltXt1qJ5uGhmwTOe6DX2kQtk0zvzGmzZeN/W2wrLdP1rO6AZx
CK71bTeVGDo1R4193EVQG1tU3Byb+AFFGQ0FFY5KXqcqh2EGwYt+HEyItkQY7jzS
ioI3WFmXrRhhENCs/1PpyM2+0+daPoQWAKPU9EVGE56fwBh0qUa2YPT2zxCjwnUn
32qpsOk3AgMBAAECggEALkPy4DmvdRKIMxYi0VxxejY7YtfwJjTuj59lLiYp7dT/
UWi5rpc2BpuzSDqXhYOs+j18HgUgOIOmrvxiShGf+eC2JoEkR1ApFqvi1FzMhUJZ
7nRtUsD8SoGMZM4UcCtsUo3uEY0A2fK4M6Hs5T1qTQSZ94m5D3WwnRYcf7GlTxTO
6XCoFV2ATcV4byt9fhNTmMNN59YlIAhCZJxt0/1XrsOxAM3v1MqIfu8Jw9WtO7fV
XZsQLl9JlnXhTSL6/szJ0z6b4j5eyy8qS8vcvIQ8DI8F1R4vKNdlZljbpfGdH5ti
/a8s6A4o5NTNbA7HdSivm2NT3LIh+qfaCu69klPL+QKBgQDy5xqD5slZWPLtasMI
3N8C0YdG+NW4bTJPObkviljDXQy8YbbK8L7P9vE9EsrGSopj4pI1fJ9ZZzNOgUa3
boHIgIl8exdkexgd2+fwp+qWCIgvpXucrm93TA7cwOI/B7WAsxj2kGBKT+FIo8hT
RXB5m6pGsfVP10NSIKSRR9HZNQKBgQDTssjkCCuTyAVnNr0mgiohPlrNPGnSTjeV
HPnP5lqWCKvcuNa0xJl+WILR+jze1VpmBbxAEAJXdGIt/coqeMsWnbZfxLmz0X64
xIAzOfi37bmIje2fvHICZ9v+4ozia8u83lk+MqJPzxxV3i8ZfW9/ryALW6CBEcuG
xPCXzLmyOwKBgQCf1wAVyCq7RtMk9Fo/XMjL3AF+7IQHBqRSihOYexuKA5M767kT
tnR5+XAp1lHlRmvm6tN3qvhZJpYWlO9qCagRvrO6XG26S15FV847CORPsnGbmPPM
2OS0xjIJhkvbWkFP3YsRxVP30rTWziAm28z12T+loblhvq+oPZ7Nk0s9+QKBgH9H
r+cCTokEqtL6o1EC06e3IMrittEd++coS75GxlIMlqAXdeeriInhV449wNlNN5O9
gQiXV4ETVXBHdYSBqcFIQ31i/y/xFhqq8lVaVoLnaDSE+MigeX+eyDOALKp5mz5M
BSYTNWl8oZGzC2hs9Vu0hDSv+1l+xHqb7/ekvEU/AoGBANEX1TgBR+1IiPbM/URD
XGVetwK6rgMzr2X68ickXfbvHzKt0WnwjDnZ3a9frpvr0btHpMRei9lWSKWeDDfl
aJsQnuPcW/tXllvgQSY/XGbnrSTOVObm4HYIkFysQe8+v4jiDfhwK8jvOgBBZPrG
XdUAji6ECcP282ZZbLxzoRas
-----END PRIVATE KEY-----
`,
}

// parsedRSAKeys parses the list once, when the first RSA key is asked for.
var parsedRSAKeys = sync.OnceValue(func() map[string]*rsa.PrivateKey {
	keys := map[string]*rsa.PrivateKey{}
	for _, text := range simulationRSAKeys {
		block, _ := pem.Decode([]byte(text))
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			panic("sim: " + err.Error()) // the list above is constant
		}
		keys[text] = key.(*rsa.PrivateKey)
	}
	return keys
})
