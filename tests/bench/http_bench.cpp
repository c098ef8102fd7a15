// SPDX-License-Identifier: Apache-2.0
#include "http_bench.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http_load.hpp"
#include "peers.hpp"
#include "support/certificate.hpp"
#include "wire/base64.hpp"

namespace junctor::bench {
namespace {

constexpr const char* kNginx = "/usr/sbin/nginx";
constexpr size_t kDevices = 500;
constexpr size_t kAtOnce = 32;
constexpr double kSiteRate = 6700;  // of 100,000 devices, each every 15 s
constexpr size_t kResting = 2000;
constexpr size_t kWarmResting = 200;
constexpr std::chrono::seconds kSettle{3};
constexpr double kMostOfResting = 2048;  // bytes (design.md 10)
constexpr int kPlainPort = -2;
constexpr int kTlsPort = 2;

struct Way {
  const char* what;
  HttpShape shape;
  double target;  ///< against nginx (design.md 10)
};
constexpr std::array kWays{Way{"a connection each", {false, false, false}, 1.3}, Way{"kept", {false, false, true}, 1.5},
                           Way{"TLS, full", {true, false, false}, 1.3}, Way{"TLS, resumed", {true, true, false}, 1.3}};

/// A server of HTTP: `tcp` of the subject is plain.
struct Contender {
  Subject subject;
  wire::Address tls;

  const wire::Address& at(const HttpShape& shape) const { return shape.tls ? tls : subject.tcp; }
};

/// The site with accounts, where devices call; what is counted for an address is widened, as all come from one.
struct OurSite {
  OurSite(const Ground& ground, int workers) : server{options_for(ground, workers)} {
    const testing::Certificate pair = testing::make_certificate("rd.example.org");
    server.files().write("c.pem", pair.certificate);
    server.files().write("k.pem", pair.key);
    const std::string tls = "{ address = \":P+2\", tls = { certificate = \"" + server.files().file("c.pem") +
                            "\", key = \"" + server.files().file("k.pem") + "\" } }";
    const std::string exempt = "limit_exempt = [\"127.0.0.0/8\", \"10.99.0.0/24\"]\n";
    server.conf("10-site", "[storage_sqlite]\n[auth_key]\n[rendezvous]\n" + exempt +
                               "[accounts]\ndevice_calls_per_address = 0\ndevice_calls_per_device = 0\n"
                               "[http]\nlisten = [\":P-2\", " +
                               tls + "]\n");
    server.start();
    contender.subject.name = "junctor";
    contender.subject.tcp = wire::Address::parse_ip(ground.server_ip, server.port(kPlainPort)).value();
    contender.subject.pid = server.pid();
    contender.tls = contender.subject.tcp.with_port(server.port(kTlsPort));
  }
  static testing::ServerOptions options_for(const Ground& ground, int workers) {
    testing::ServerOptions options;
    options.workers = workers;
    options.wrapper = ground.wrapper;
    return options;
  }

  testing::Server server;
  Contender contender;
};

/// One process, one thread, no log: the least that nginx can do.
struct Nginx {
  explicit Nginx(const Ground& ground) {
    const testing::Certificate pair = testing::make_certificate("rd.example.org");
    dir.write("c.pem", pair.certificate);
    dir.write("k.pem", pair.key);
    const std::string plain = ground.server_ip + ":" + std::to_string(ports.base() + kPlainPort);
    const std::string tls = ground.server_ip + ":" + std::to_string(ports.base() + kTlsPort);
    const std::string conf = dir.write(
        "nginx.conf",
        "daemon off;\nmaster_process off;\nworker_processes 1;\npid nginx.pid;\nerror_log error.log crit;\n"
        "events { worker_connections 8192; }\nhttp {\n  access_log off;\n  keepalive_requests 1000000000;\n"
        "  client_body_temp_path body;\n  proxy_temp_path proxy;\n  fastcgi_temp_path fastcgi;\n"
        "  uwsgi_temp_path uwsgi;\n  scgi_temp_path scgi;\n  server {\n    listen " +
            plain + " backlog=4096;\n    listen " + tls +
            " ssl backlog=4096;\n    ssl_certificate c.pem;\n    ssl_certificate_key k.pem;\n"
            "    ssl_protocols TLSv1.2 TLSv1.3;\n    ssl_session_tickets on;\n    location = /api/heartbeat {\n"
            "      default_type application/json;\n      return 200 '{}';\n    }\n  }\n}\n");
    std::vector<std::string> argv = ground.wrapper;
    argv.insert(argv.end(), {kNginx, "-p", dir.path(), "-c", conf, "-e", dir.file("error.log")});
    process = std::make_unique<testing::Process>(argv, dir.file("out"), dir.file("err"));
    contender.subject.name = "nginx";
    contender.subject.tcp =
        wire::Address::parse_ip(ground.server_ip, static_cast<uint16_t>(ports.base() + kPlainPort)).value();
    contender.subject.pid = process->pid();
    contender.tls = contender.subject.tcp.with_port(static_cast<uint16_t>(ports.base() + kTlsPort));
    const auto answers = [&] {
      try {
        const wire::TcpClient client = wire::TcpClient::connect(contender.tls);
        return true;
      } catch (const wire::ClientError&) {
        return !process->running();
      }
    };
    if (!testing::eventually(answers) || !process->running()) {
      throw std::runtime_error{"nginx did not start:\n" + testing::read_file(dir.file("err")) +
                               testing::read_file(dir.file("error.log"))};
    }
  }

  testing::TempDir dir;
  testing::PortBlock ports;
  std::unique_ptr<testing::Process> process;
  Contender contender;
};

/// Some 100 bytes of JSON each (http-api.md 3.1), of devices that have not registered: answered with {} too.
std::vector<std::string> heartbeats() {
  std::vector<std::string> requests;
  for (size_t i = 0; i < kDevices; ++i) {
    const std::string body = R"({"id":")" + peer_id(i) + R"(","uuid":")" + wire::encode_base64(peer_uuid(i)) +
                             R"(","ver":1004009,"modified_at":0,"conns":[]})";
    requests.push_back(
        "POST /api/heartbeat HTTP/1.1\r\nhost: rd.example.org:21114\r\naccept: */*\r\ncontent-type: "
        "application/json\r\ncontent-length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  return requests;
}

struct CallRows {
  Row* cost;
  Row* rate;
  Row* failed;
};

CallRows rows_of(Report& report, const Way& way, const Contender& one, Row* base) {
  Row cost{"http, CPU of a call", way.what, one.subject.name, "us", base, base == nullptr ? 0 : way.target};
  cost.gates = base != nullptr;
  return {&report.add(cost), &report.add({"http, calls", way.what, one.subject.name, "a second", nullptr}),
          &report.add({"http, failed", way.what, one.subject.name, "", nullptr})};
}

void measure(const Contender& one, const Way& way, const CallRows& rows, Seconds time) {
  HttpLoad load{one.at(way.shape), way.shape, heartbeats()};
  load.run(time / 5, kAtOnce);
  const double cpu = one.subject.cpu_seconds();
  const HttpResult result = load.run(time, kAtOnce);
  if (result.answered == 0) throw std::runtime_error{one.subject.name + " answers no call: " + way.what};
  if (way.shape.resumes && result.resumed * 10 < result.answered * 9) {
    std::fprintf(stderr, "http: %s resumed %zu of %zu TLS sessions\n", one.subject.name.c_str(), result.resumed,
                 result.answered);
  }
  rows.cost->rounds.push_back((one.subject.cpu_seconds() - cpu) / static_cast<double>(result.answered) * 1e6);
  rows.rate->rounds.push_back(static_cast<double>(result.answered) / result.seconds);
  rows.failed->rounds.push_back(static_cast<double>(result.failed));
}

void measure_calls(const std::vector<const Contender*>& all, const Options& options, Report& report) {
  for (const Way& way : kWays) {
    if (!options.wants_flow(way.what)) continue;
    std::vector<CallRows> rows;
    for (const Contender* one : all) {
      rows.push_back(rows_of(report, way, *one, rows.empty() || all.size() == 1 ? nullptr : rows.front().cost));
    }
    for (int round = 0; round < options.rounds; ++round) {
      for (size_t i = 0; i < all.size(); ++i) measure(*all[i], way, rows[i], Seconds{options.seconds});
    }
  }
}

/// What 100,000 devices take.
void measure_site(const Contender& one, const Options& options, Report& report, bool judged) {
  constexpr const char* kWhat = "6,700 connections a second";
  if (!options.wants_flow(kWhat)) return;
  Row* cores = &report.add({"http, a site's calls", kWhat, one.subject.name, "cores", nullptr, judged ? 0.5 : 0});
  std::array<Row*, 2> times{};
  times[0] = &report.add({"http, a site's calls", "p50", one.subject.name, "ms", nullptr});
  times[1] = &report.add({"http, a site's calls", "p99", one.subject.name, "ms", nullptr, judged ? 10.0 : 0});
  Row* failed = &report.add({"http, a site's calls", "failed", one.subject.name, "", nullptr});
  HttpLoad load{one.subject.tcp, {}, heartbeats()};
  for (int round = 0; round < options.rounds; ++round) {
    const double cpu = one.subject.cpu_seconds();
    HttpResult result = load.pace(kSiteRate, Seconds{options.seconds * 2});
    cores->rounds.push_back((one.subject.cpu_seconds() - cpu) / result.seconds);
    times[0]->rounds.push_back(percentile(result.times, 0.5) / 1000);
    times[1]->rounds.push_back(percentile(result.times, 0.99) / 1000);
    failed->rounds.push_back(static_cast<double>(result.failed));
  }
}

void measure_resting(const Contender& one, Report& report, bool judged) {
  HttpLoad warm{one.subject.tcp, {}, heartbeats()};
  warm.rest(kWarmResting);
  std::this_thread::sleep_for(kSettle);  // a fresh server still gives back what its start took
  const auto before = static_cast<double>(one.subject.memory_bytes());
  HttpLoad load{one.subject.tcp, {}, heartbeats()};
  load.rest(kResting);
  const double each = (static_cast<double>(one.subject.memory_bytes()) - before) / static_cast<double>(kResting);
  report
      .add({"http, memory", "a connection that rests", one.subject.name, "bytes", nullptr, judged ? kMostOfResting : 0})
      .rounds = {each};
}

}  // namespace

void http_calls(Place& place, const Options& options, Report& report) {
  if (!place.is_own()) return;
  OurSite site{place.ground(), options.workers};
  std::unique_ptr<Nginx> nginx;
  if (std::filesystem::exists(kNginx)) {
    nginx = std::make_unique<Nginx>(place.ground());
  } else {
    std::fprintf(stderr, "http: there is no %s to be held against\n", kNginx);
  }
  std::vector<const Contender*> all;
  if (nginx) all.push_back(&nginx->contender);
  all.push_back(&site.contender);
  for (const Contender* one : all) measure_resting(*one, report, one == &site.contender);
  measure_calls(all, options, report);
  for (const Contender* one : all) measure_site(*one, options, report, one == &site.contender);
}

}  // namespace junctor::bench
