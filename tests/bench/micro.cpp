// SPDX-License-Identifier: Apache-2.0
// The parts of the hot paths, each by itself (Google Benchmark). Run by the bench's part `micro`, or by hand with that
// library's own options. One thread.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "config/conf_dir.hpp"
#include "config/test_schemas.hpp"
#include "http/router.hpp"
#include "loop/timer_wheel.hpp"
#include "rendezvous/presence/presence.hpp"
#include "rendezvous/test_values.hpp"
#include "wire/address.hpp"
#include "wire/frame.hpp"
#include "wire/kinds.hpp"

namespace junctor {
namespace {

using namespace std::chrono_literals;

std::string id_of(int64_t number) { return std::to_string(1'000'000'000 + number); }

std::string punch_hole_request() {
  hbb::PunchHoleRequest request;
  request.set_id("1234567890");
  request.set_nat_type(hbb::ASYMMETRIC);
  request.set_licence_key(std::string(44, 'k'));
  request.set_version("1.4.0");
  return wire::wrap_message(request);
}

void frame_write(benchmark::State& state) {
  const std::string payload = punch_hole_request();
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(wire::append_frame(payload, out));
  }
}

void frame_read(benchmark::State& state) {
  std::string bytes;
  wire::append_frame(punch_hole_request(), bytes);
  wire::FrameDecoder decoder;
  for (auto _ : state) {
    std::string_view input = bytes;
    std::string_view payload;
    benchmark::DoNotOptimize(decoder.next(input, payload));
    benchmark::DoNotOptimize(decoder.next(input, payload));
  }
}

void address_encode(benchmark::State& state) {
  const wire::Address address = wire::Address::v4({198, 51, 100, 7}, 50000);
  uint32_t time = 0;
  for (auto _ : state) benchmark::DoNotOptimize(wire::encode_address(address, ++time));
}

void address_decode(benchmark::State& state) {
  const std::string bytes = wire::encode_address(wire::Address::v4({198, 51, 100, 7}, 50000), 123456789);
  for (auto _ : state) benchmark::DoNotOptimize(wire::decode_address(bytes));
}

template <class T>
void decode(benchmark::State& state, const std::string& bytes) {
  std::string joined;
  T message;
  for (auto _ : state) {
    const auto peeled = wire::peel(bytes, joined);
    benchmark::DoNotOptimize(wire::parse_inner(peeled->inner, message));
  }
}

void decode_heartbeat(benchmark::State& state) {
  hbb::RegisterPeer message;
  message.set_id("1234567890");
  decode<hbb::RegisterPeer>(state, wire::wrap_message(message));
}

void decode_punch_request(benchmark::State& state) { decode<hbb::PunchHoleRequest>(state, punch_hole_request()); }

/// The whole union by protobuf: what `decode_` is held against.
void decode_punch_request_by_protobuf(benchmark::State& state) {
  const std::string bytes = punch_hole_request();
  hbb::RendezvousMessage message;
  for (auto _ : state) benchmark::DoNotOptimize(message.ParseFromString(bytes));
}

/// A heartbeat in the table, of peers far apart; `state.range(0)` of them are there.
void presence_beat(benchmark::State& state) {
  const int64_t peers = state.range(0);
  rendezvous::Presence presence{{1, 2, 3}, static_cast<size_t>(peers)};
  const jct_channel from = test::udp_from("198.51.100.1:5000");
  const std::string key(32, 'k');
  for (int64_t i = 0; i < peers; ++i) presence.put(id_of(i), from, 1s, key);
  std::vector<std::string> ids;
  for (int64_t i = 0; i < 4096; ++i) ids.push_back(id_of(i * 618'033'989 % peers));
  size_t turn = 0;
  for (auto _ : state) benchmark::DoNotOptimize(presence.beat(ids[turn++ % ids.size()], from, 2s));
}

/// Start and cancel with `state.range(0)` others armed: what each connection's timeout does.
void timer_start_cancel(benchmark::State& state) {
  const loop::Instant origin{};
  loop::TimerWheel wheel{origin};
  std::vector<std::unique_ptr<loop::Timer>> others;
  const auto nothing = [](void*) {};
  for (int64_t i = 0; i < state.range(0); ++i) {
    others.push_back(std::make_unique<loop::Timer>(nothing, nullptr));
    wheel.start(*others.back(), origin + std::chrono::milliseconds{i});
  }
  loop::Timer timer{nothing, nullptr};
  for (auto _ : state) {
    wheel.start(timer, origin + 30s);
    timer.cancel();
  }
}

/// The route of a path among `state.range(0)`, with a parameter, as an API has them.
void route_find(benchmark::State& state) {
  std::vector<http::Router::RoutePointer> routes;
  std::vector<std::string> paths;
  for (int64_t i = 0; i < state.range(0); ++i) {
    const std::string family = "/api/family" + std::to_string(i / 10);
    const std::string kind = "kind" + std::to_string(i % 10);
    auto route = std::make_shared<http::Route>();
    route->pattern = family + "/{guid}/" + kind;
    route->methods = JCT_HTTP_GET | JCT_HTTP_POST;
    routes.push_back(std::move(route));
    paths.push_back(family + "/0b7e4f0c-6c61-4b8b-9a43-3f0e6f1f8a55/" + kind);
  }
  const http::Router router{routes};
  size_t turn = 0;
  for (auto _ : state) benchmark::DoNotOptimize(router.find(JCT_HTTP_GET, paths[(turn += 7) % paths.size()]));
}

/// From the text to a checked snapshot: one plugin's file.
void config_check(benchmark::State& state) {
  const config::Plugins plugins = config::testing::plugins();
  const std::vector<config::Source> sources{
      {"junctor.toml", "[kernel]\nbase_port = 21116\nworkers = 2\nlog_level = \"info\"\n"},
      {"40-relay.toml", "[relay]\nlisten = \":P+1\"\nwait = \"30s\"\nrate = \"128Mbit\"\n"}};
  for (auto _ : state) benchmark::DoNotOptimize(config::check(sources, {}, plugins));
}

BENCHMARK(frame_write);
BENCHMARK(frame_read);
BENCHMARK(address_encode);
BENCHMARK(address_decode);
BENCHMARK(decode_heartbeat);
BENCHMARK(decode_punch_request);
BENCHMARK(decode_punch_request_by_protobuf);
BENCHMARK(presence_beat)->Arg(1000)->Arg(1'000'000);
BENCHMARK(timer_start_cancel)->Arg(0)->Arg(100'000);
BENCHMARK(route_find)->Arg(10)->Arg(500);
BENCHMARK(config_check);

}  // namespace
}  // namespace junctor

BENCHMARK_MAIN();
