// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <stdexcept>

namespace junctor::bench {

const char* const kUsage =
    "usage: bench [options] [PART ...]        parts: memory cost setup latency fairness; none: all\n"
    "  --rounds N          rounds of each measurement, interleaved (5)\n"
    "  --seconds S         how long each takes (0.5)\n"
    "  --only TEXT         of the flows of `cost` those whose name has this: \"1400 B\"\n"
    "  --workers N         of our own server (2)\n"
    "  --netns             servers and clients in two network namespaces, over veth; needs root\n"
    "  --target HOST:PORT  measure this relay; HOST is an address. Its cost is seen where --pid names it\n"
    "  --key KEY           the target's licence key\n"
    "  --pid PID           the target's process on this host\n"
    "  --json              the rows as JSON instead of a table\n"
    "  --check             exit code 1 where a cost is over twice its target\n";

bool Options::wants(const std::string& part) const {
  return parts.empty() || std::find(parts.begin(), parts.end(), part) != parts.end();
}

namespace {

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

bool take_switch(Options& options, const std::string& word) {
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
    options.workers = static_cast<int>(number(word, value, 1, 256));
  } else if (word == "--pid") {
    options.pid = static_cast<pid_t>(number(word, value, 1, 1 << 22));
  } else if (word == "--only") {
    options.only = value;
  } else if (word == "--target") {
    options.target = value;
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
  return options;
}

}  // namespace junctor::bench
