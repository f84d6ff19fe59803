package ui

// consumerHelp says how a consumer is written: see store.ParseConsumer.
const consumerHelp = `a program that uses the key. How it gets a new one: "bot" you give it · "bot: command" the command is run with the key in its environment · "bot = run" keyrota run starts it · "bot > FILE from TEMPLATE" the file is written`
