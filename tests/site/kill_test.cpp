// SPDX-License-Identifier: Apache-2.0
// kill -9 in the middle of registrations, again and again: what was acknowledged is there.
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "site.hpp"

namespace junctor::site {
namespace {

using Pk = hbb::RegisterPkResponse;

struct Registration {
  std::string uuid;
  std::string pk;
};
using Registrations = std::map<std::string, Registration>;  // by id

/// Registers new ids one after another until it is stopped, and remembers those that were answered OK. A thread.
class Crowd {
 public:
  Crowd(const Site& site, int number) : server_{site.at()}, number_{number}, thread_{[this] { run(); }} {}
  ~Crowd() { stop(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  size_t count() const { return count_; }
  /// After stop().
  const Registrations& acknowledged() const { return acknowledged_; }

 private:
  void run() {
    auto socket = std::make_unique<wire::UdpClient>(Site::datagrams());
    for (uint64_t i = 0; !stopped_; ++i) {
      hbb::RegisterPk request;
      request.set_id("kill-" + std::to_string(number_) + "-" + std::to_string(i));
      request.set_uuid(request.id() + "-uuid");
      request.set_pk(std::string(32, static_cast<char>('a' + i % 26)));
      const auto result = register_once(*socket, server_, request, Millis{200});
      if (result == Pk::OK) {
        acknowledged_[request.id()] = {request.uuid(), request.pk()};
        ++count_;
      } else {
        // The answer names no id: one that comes late must not be taken for the next one's.
        socket = std::make_unique<wire::UdpClient>(Site::datagrams());
      }
    }
  }

  wire::Address server_;
  int number_;
  std::atomic<bool> stopped_{false};
  std::atomic<size_t> count_{0};
  Registrations acknowledged_;
  std::thread thread_;
};

/// Of the acknowledged ones, how many the file does not hold as they were acknowledged.
size_t missing_in_file(const std::string& path, const Registrations& acknowledged) {
  SQLite::Database file{path, SQLite::OPEN_READONLY};
  SQLite::Statement row{file, "select uuid, pk from peer where id = ?"};
  size_t missing = 0;
  for (const auto& [id, wanted] : acknowledged) {
    row.reset();
    row.bind(1, id);
    const bool there =
        row.executeStep() && row.getColumn(0).getString() == wanted.uuid && row.getColumn(1).getString() == wanted.pk;
    missing += there ? 0 : 1;
  }
  return missing;
}

wire::Peer named(const std::string& id) { return wire::Peer::make(id); }

TEST_CASE("no acknowledged registration is missing after a hundred times kill -9") {
  constexpr int kThreads = 4;
  const int rounds = testing::scaled(100);
  // Tens of thousands of devices at four addresses, all back at once: no limit is to speak for the disk.
  Site site{
      "[rendezvous]\nlimit_registrations_per_address = 0\nlimit_lookups_per_address = 0\n"
      "limit_new_per_address = 0\nlimit_new_unproven = 0\n"};
  site.start();
  std::vector<std::unique_ptr<Crowd>> crowd;
  for (int i = 0; i < kThreads; ++i) crowd.push_back(std::make_unique<Crowd>(site, i));
  const auto acknowledged = [&] {
    size_t all = 0;
    for (const auto& one : crowd) all += one->count();
    return all;
  };

  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < rounds; ++round) {
    const size_t before = acknowledged();
    REQUIRE(testing::eventually([&] { return acknowledged() > before; }));  // in the middle of registrations
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 60'000});
    site.server().kill();
    site.start();
  }
  for (const auto& one : crowd) one->stop();
  site.server().kill();
  site.start();

  Registrations all;
  for (const auto& one : crowd) all.insert(one->acknowledged().begin(), one->acknowledged().end());
  MESSAGE(rounds, " kills, ", all.size(), " acknowledged registrations");
  CHECK(missing_in_file(site.server().data_dir() + "/db_v2.sqlite3", all) == 0);

  const std::string sample = all.begin()->first;
  CHECK(ask_for(site, sample).failure() == hbb::PunchHoleResponse::OFFLINE);
  CHECK(ask_for(site, "never-registered").failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
  wire::UdpClient socket = Site::datagrams();
  size_t asked_again = 0;
  for (const auto& [id, registration] : all) asked_again += beat(socket, site.at(), named(id)) == false ? 0 : 1;
  CHECK(asked_again == 0);

  wire::TcpClient a = site.dial("127.0.0.2");
  a.send(punch_request(site, sample));
  const auto push = socket.receive(testing::patient(wire::kPatience));
  REQUIRE(push);
  CHECK(push->message.has_punch_hole());
}

}  // namespace
}  // namespace junctor::site
