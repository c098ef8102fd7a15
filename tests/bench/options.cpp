// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <stdexcept>

namespace junctor::bench {

const char* const kUsage =
    "usage: bench [options] [PART ...]        none: all parts; --help names them\n"
    "  --rounds N          rounds of each measurement, interleaved (5)\n"
    "  --seconds S         how long each takes (0.5)\n"
    "  --peers N           the most peers that are registered (1000000; 25 with --target, which may count them)\n"
    "  --sessions N        the most that the relay has at once (5000)\n"
    "  --short             three short rounds, with 20000 peers and 100 sessions at most\n"
    "  --only TEXT         of the flows of cost and heartbeats those whose name has this: \"1400 B\", \"in flight\"\n"
    "  --sockets N         that heartbeats come from (16)\n"
    "  --workers N         event loops of our own servers (as shipped: one for each core)\n"
    "  --netns             servers and clients in two network namespaces, over veth; needs root\n"
    "  --target HOST[:PORT]  measure this server; HOST is an address, PORT its P (21116)\n"
    "  --key KEY           the target's licence key\n"
    "  --pid PID           the target's process on this host, so that its cost can be seen\n"
    "  --json              the rows as JSON instead of a table\n"
    "  --check             exit code 1 where a cost is over twice its target\n";

bool Options::wants(const std::string& part) const {
  return parts.empty() || std::find(parts.begin(), parts.end(), part) != parts.end();
}

namespace {

constexpr uint16_t kStockPort = 21116;
constexpr size_t kOwnPeers = 1'000'000;
constexpr size_t kTargetPeers = 25;  // a stock server takes 32 a minute from one address

double number(const std::string& word, const std::string& text, double least, double most) {
  size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || value < least || value > most) {
    throw std::invalid_argument{word + ": expected a number from " + std::to_string(least) + " to " +
                                std::to_string(most) + ", got \"" + text + "\""};
  }
  return value;
}

wire::Address target_address(const std::string& text) {
  if (const auto whole = wire::Address::parse(text)) return *whole;
  if (const auto ip = wire::Address::parse_ip(text, kStockPort)) return *ip;
  throw std::invalid_argument{"--target: expected ADDRESS or ADDRESS:PORT, got \"" + text + "\""};
}

void shorten(Options& options) {
  options.rounds = 3;
  options.seconds = 0.25;
  options.peers = 20'000;
  options.sessions = 100;
}

bool take_switch(Options& options, const std::string& word) {
  if (word == "--short") return shorten(options), true;
  if (word == "--json") return options.json = true;
  if (word == "--check") return options.check = true;
  if (word == "--netns") return options.netns = true;
  return false;
}

void take_value(Options& options, const std::string& word, const std::string& value) {
  if (word == "--rounds") {
    options.rounds = static_cast<int>(number(word, value, 1, 1000));
  } else if (word == "--seconds") {
    options.seconds = number(word, value, 0.05, 600);
  } else if (word == "--workers") {
    options.workers = static_cast<int>(number(word, value, 0, 256));
  } else if (word == "--peers") {
    options.peers = static_cast<size_t>(number(word, value, 10, 5e6));
  } else if (word == "--sessions") {
    options.sessions = static_cast<size_t>(number(word, value, 1, 5000));
  } else if (word == "--sockets") {
    options.sockets = static_cast<size_t>(number(word, value, 1, 64));
  } else if (word == "--pid") {
    options.pid = static_cast<pid_t>(number(word, value, 1, 1 << 22));
  } else if (word == "--only") {
    options.only = value;
  } else if (word == "--target") {
    options.target = value;
    options.target_address = target_address(value);
  } else if (word == "--key") {
    options.key = value;
  } else {
    throw std::invalid_argument{"unknown option " + word};
  }
}

}  // namespace

Options parse_options(const std::vector<std::string>& words) {
  Options options;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.compare(0, 2, "--") != 0) {
      options.parts.push_back(word);
    } else if (!take_switch(options, word)) {
      if (i + 1 == words.size()) throw std::invalid_argument{word + " wants a value, or is unknown"};
      take_value(options, word, words[++i]);
    }
  }
  if (options.netns && !options.target.empty()) throw std::invalid_argument{"--netns is for servers of our own"};
  if (options.peers == 0) options.peers = options.target.empty() ? kOwnPeers : kTargetPeers;
  return options;
}

}  // namespace junctor::bench
