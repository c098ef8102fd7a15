// SPDX-License-Identifier: Apache-2.0
// The site changes while it is asked without a pause: routes come and go with their file in conf.d, and whose routes
// they are is restarted. Each request has its whole answer, and nobody loses a connection who was not told so.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "http_site.hpp"

namespace junctor::site {
namespace {

constexpr Millis kNoTurn{200};

struct Counts {
  std::atomic<int> answered{0};
  std::atomic<int> told_to_close{0};
  std::atomic<int> lost{0};     // closed or reset without a word
  std::atomic<int> slept{0};    // the same, of one that had no turn for longer than a server waits for the next request
  std::atomic<int> refused{0};  // not even connected
  std::atomic<int> wrong{0};    // another status or body than can be

  /// The first that was wrong is told.
  void note(const std::string& what) {
    const std::lock_guard lock{mutex};
    if (first_wrong.empty()) first_wrong = what;
  }
  std::mutex mutex;
  std::string first_wrong;
};

/// May an answer be that?
using Judge = std::function<bool(const Reply&)>;

bool is_word(const Reply& reply) { return reply.status == 200 && (reply.body == "one" || reply.body == "two"); }
/// There for a while, going, and then not.
bool is_word_or_none(const Reply& reply) { return is_word(reply) || reply.status == 503 || reply.status == 404; }

/// One after the other on a connection for as long as it may stay, or each on its own.
void hammer(const HttpSite& site, const std::string& path, bool stays, const Judge& judge,
            const std::atomic<bool>& over, Counts* counts) {
  while (!over) {
    auto client = site.try_connect();
    if (!client) {
      ++counts->refused;
      continue;
    }
    auto told = std::chrono::steady_clock::now();
    for (bool goes_on = true; goes_on && !over; goes_on = goes_on && stays) {
      const bool had_no_turn = std::chrono::steady_clock::now() - told > kNoTurn;
      const auto reply = ask(*client, path);
      told = std::chrono::steady_clock::now();
      ++(reply ? judge(*reply) ? counts->answered : counts->wrong : had_no_turn ? counts->slept : counts->lost);
      if (reply && !judge(*reply)) counts->note(path + ": " + std::to_string(reply->status) + " " + reply->body);
      if (reply && reply->closes) ++counts->told_to_close;
      goes_on = reply && !reply->closes;
    }
  }
}

struct Load {
  explicit Load(const HttpSite& site) {
    const std::pair<const char*, Judge> paths[] = {
        {"/word", is_word}, {"/later", is_word}, {"/extra/word", is_word_or_none}, {"/extra/later", is_word_or_none}};
    for (const auto& [path, judge] : paths) {
      for (const bool stays : {true, false}) {
        threads.emplace_back([this, &site, path = std::string{path}, judge = judge, stays] {
          hammer(site, path, stays, judge, over, &counts);
        });
      }
    }
  }
  ~Load() { end(); }
  void end() {
    over = true;
    for (std::thread& one : threads) {
      if (one.joinable()) one.join();
    }
  }
  std::string text() const {
    return std::to_string(counts.answered) + " answered, " + std::to_string(counts.told_to_close) + " told to close, " +
           std::to_string(counts.lost) + " lost, " + std::to_string(counts.slept) + " slept, " +
           std::to_string(counts.refused) + " refused, " + std::to_string(counts.wrong) + " wrong " +
           counts.first_wrong;
  }

  Counts counts;
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
};

/// All of it went well, and there was something.
void check(const Load& load) {
  MESSAGE(load.text());
  CHECK(load.counts.answered > 100);
  CHECK(load.counts.lost == 0);
  CHECK(load.counts.refused == 0);
  CHECK(load.counts.wrong == 0);
}

}  // namespace

TEST_CASE("routes come and go, and their owner is restarted, while clients ask without a pause") {
  HttpSite site;
  site.server().start();
  Load load{site};
  const int rounds = testing::scaled(12);
  for (int round = 0; round < rounds; ++round) {
    site.server().conf("30-extra", "[extra]\nplugin = \"pages\"\nplace = \"/extra\"\n");
    site.server().reload();
    CHECK(testing::eventually([&] { return site.word("/extra/word") == "one"; }));
    site.server().conf("20-pages", std::string{"[pages]\nword = \""} + (round % 2 == 0 ? "two" : "one") + "\"\n");
    site.server().reload();
    CHECK(testing::eventually([&] { return site.word() == (round % 2 == 0 ? "two" : "one"); }));
    site.server().remove_conf("30-extra");
    site.server().reload();
    CHECK(testing::eventually([&] { return site.word("/extra/word").empty(); }));
  }
  load.end();
  check(load);
}

TEST_CASE("the server itself is restarted by a reload: who is asking is told to come anew, and nobody is refused") {
  HttpSite site;
  site.server().start();
  Load load{site};
  const int rounds = testing::scaled(8);
  for (int round = 0; round < rounds; ++round) {
    site.server().conf("10-http", "[http]\nbody_max = \"" + std::to_string(1 + round % 2) + "MiB\"\n");
    site.server().reload();
    CHECK(testing::eventually([&] { return site.word() == "one"; }));
  }
  load.end();
  CHECK(load.counts.told_to_close > 0);
  check(load);
}

}  // namespace junctor::site
