// SPDX-License-Identifier: Apache-2.0
// Every kind of place against every other through the real server: who can meet directly does, all others meet at the
// relay, and nobody fails. All attempts run at the same time, so that the 18 s of those that find no direct way
// overlap.
//   JUNCTOR_NAT_FULL=1      every pair in every mode
//   JUNCTOR_NAT_TABLE=FILE  writes the tables there, in Markdown
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>
#include <utility>

#include "lab_site.hpp"
#include "matrix.hpp"

namespace {

using namespace junctor::nat;
using junctor::testing::Millis;

constexpr uint64_t kBytes = 64 * 1024;
constexpr Millis kStartEvery{25};  // a busy site, not a flood
constexpr Modes kTcp{}, kUdp{.udp = true}, kV6{.v6 = true}, kAll{.udp = true, .v6 = true};
const std::string kWorld = "Places", kNear = "Neighbours", kWebPort = "A site on port 443";
constexpr Modes kModes[] = {kTcp, kUdp, kV6, kAll};

// Places in the segment; 1 to 3 are the sites'.
constexpr int kFirstA = 10;
constexpr int kFirstB = 30;
constexpr int kFirstPair = 50;
constexpr int kWeb = 60;

bool full() { return std::getenv("JUNCTOR_NAT_FULL") != nullptr; }

/// One end: where it is, and by what name the tables know it.
struct End {
  std::string name;
  std::string space;
  Place place = Place::kOpen;
};

class Matrix {
 public:
  /// B, which stays registered. Gives its id.
  std::string add_b(LabSite& site, const End& b) {
    const std::string id = std::to_string(100'000'000 + bs_.size());
    bs_.push_back({b.name, std::make_unique<Client>(site, ClientPlan{"controlled", b.space, b.place, id, kBytes, {}})});
    return id;
  }

  void plan(const std::string& group, LabSite& site, const End& a, const std::string& b_name, const std::string& b_id,
            Modes modes, const Expectation& expectation) {
    Planned planned;
    planned.attempt.group = group;
    planned.attempt.a = a.name;
    planned.attempt.b = b_name;
    planned.attempt.modes = modes;
    planned.attempt.expectation = expectation;
    planned.site = &site;
    planned.client = {"controlling", a.space, a.place, b_id, kBytes, {}};
    if (modes.udp) planned.client.more.push_back("udp");
    if (modes.v6) planned.client.more.push_back("v6");
    planned_.push_back(std::move(planned));
  }

  void run() {
    for (B& b : bs_) {
      INFO(b.name);
      CHECK_MESSAGE(b.client->says("registered", Millis{30'000}), b.client->said());
    }
    for (Planned& planned : planned_) {
      planned.running = std::make_unique<Client>(*planned.site, planned.client);
      std::this_thread::sleep_for(kStartEvery);
    }
    for (Planned& planned : planned_) {
      planned.running->finish();
      read_result(planned.running->said(), planned.attempt);
      const std::string complaint = planned.attempt.complaint();
      CHECK_MESSAGE(complaint.empty(), complaint);
    }
  }

  std::vector<Attempt> attempts() const {
    std::vector<Attempt> all;
    for (const Planned& planned : planned_) all.push_back(planned.attempt);
    return all;
  }

  /// Plans those anew that have found no way over TCP. The server knows by now: no 18 s this time. Datagrams go on as
  /// before.
  void plan_again() {
    std::deque<Planned> before = std::exchange(planned_, {});
    for (Planned& planned : before) {
      Expectation& expectation = planned.attempt.expectation;
      const bool only_udp = expectation.ways == std::set<Way>{Way::kUdp};
      if (!expectation.server_learns && !only_udp) continue;
      expectation.at_once = true;
      planned.running.reset();
      planned_.push_back(std::move(planned));
    }
  }

 private:
  struct B {
    std::string name;
    std::unique_ptr<Client> client;
  };
  struct Planned {
    Attempt attempt;
    LabSite* site = nullptr;
    ClientPlan client;
    std::unique_ptr<Client> running;
  };

  std::vector<B> bs_;
  std::deque<Planned> planned_;
};

/// Everybody with everybody.
void add_places(Matrix& matrix, Lab& lab, LabSite& site) {
  std::vector<End> as, bs;
  std::vector<std::string> ids;
  int number = 0;
  for (const Place place : kPlaces) {
    const std::string label = std::to_string(number);
    as.push_back({paths(place).name, lab.add_host("a" + label, kFirstA + number, place), place});
    bs.push_back({paths(place).name, lab.add_host("b" + label, kFirstB + number, place), place});
    ids.push_back(matrix.add_b(site, bs.back()));
    ++number;
  }
  for (const End& a : as) {
    for (size_t i = 0; i < bs.size(); ++i) {
      for (const Modes modes : kModes) {
        const bool both_v6 = paths(a.place).v6.exists && paths(bs[i].place).v6.exists;
        if (modes.v6 && !full() && (modes.udp || !both_v6)) continue;
        matrix.plan(kWorld, site, a, bs[i].name, ids[i], modes, expected(a.place, bs[i].place, modes));
      }
    }
  }
}

void add_neighbours(Matrix& matrix, Lab& lab, LabSite& site) {
  int number = kFirstPair;
  for (const Near near : {Near::kSameLan, Near::kSameCarrier, Near::kCarrierHairpin, Near::kCarrierNoHairpin}) {
    const Lab::Pair pair = lab.add_pair("n" + std::to_string(number), number, near);
    const std::string id = matrix.add_b(site, {name(near), pair.b, Place::kPreserving});
    for (const Modes modes : {kTcp, kUdp}) {
      matrix.plan(kNear, site, {name(near), pair.a, Place::kPreserving}, "neighbour", id, modes, expected(near, modes));
    }
    ++number;
  }
}

/// At a site of which clients need port 443 alone.
void add_one_port(Matrix& matrix, Lab& lab, LabSite& site) {
  const auto end = [&](const std::string& host, int number, Place place) {
    return End{paths(place).name, lab.add_host(host, number, place), place};
  };
  const End as[] = {end("wa0", kWeb, Place::kOpen), end("wa1", kWeb + 1, Place::kOnePort)};
  const End bs[] = {end("wb0", kWeb + 2, Place::kOpen), end("wb1", kWeb + 3, Place::kOnePort)};
  for (const End& b : bs) {
    const std::string id = matrix.add_b(site, b);
    for (const End& a : as) matrix.plan(kWebPort, site, a, b.name, id, kUdp, expected(a.place, b.place, kUdp));
  }
}

std::vector<Attempt> only(const std::vector<Attempt>& all, const std::function<bool(const Attempt&)>& wanted) {
  std::vector<Attempt> some;
  std::copy_if(all.begin(), all.end(), std::back_inserter(some), wanted);
  return some;
}

std::string tables(const std::vector<Attempt>& attempts) {
  const Key a = [](const Attempt&one) { return one.a; }, b = [](const Attempt&one) { return one.b; };
  const Key mode = [](const Attempt& one) { return title(one.modes); };
  std::string text;
  for (const Modes modes : kModes) {
    const auto some =
        only(attempts, [&](const Attempt& one) { return one.group == kWorld && mode(one) == title(modes); });
    if (!some.empty()) text += "### " + title(modes) + "\n\n" + table(some, "A \\ B", a, b) + "\n";
  }
  const auto near = only(attempts, [](const Attempt& one) { return one.group == kNear; });
  text += "### " + kNear + "\n\n" + table(near, "both in", a, mode) + "\n";
  const auto web = only(attempts, [](const Attempt& one) { return one.group == kWebPort; });
  return text + "### " + kWebPort + "\n\n" + table(web, "A \\ B", a, b);
}

}  // namespace

TEST_CASE("every pair that the clients' rules let meet directly does, and all others meet at the relay") {
  Lab lab;
  LabSite site{lab, 1}, web_site{lab, 2, LabSite::Kind::kOnePort};
  Matrix matrix;
  add_places(matrix, lab, site);
  add_neighbours(matrix, lab, site);
  add_one_port(matrix, lab, web_site);
  matrix.run();
  const std::string text = tables(matrix.attempts());
  std::cout << text << std::flush;
  if (const char* file = std::getenv("JUNCTOR_NAT_TABLE")) std::ofstream{file} << text;

  matrix.plan_again();
  matrix.run();
}
