// SPDX-License-Identifier: Apache-2.0
// What the tables of the boundary act on: the parts of the kernel, and every object that a plugin holds a handle of.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "api/event_board.hpp"
#include "api/handle_table.hpp"
#include "api/issued.hpp"
#include "loop/loop_set.hpp"
#include "loop/worker_pool.hpp"
#include "net/net_loop.hpp"
#include "net/pipe_pool.hpp"
#include "net/socket_store.hpp"
#include "ops/commands.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "ops/standing.hpp"
#include "plugin/services.hpp"

namespace junctor::api {

class Host;
struct TimerObject;
struct ListenerObject;
struct DatagramObject;
struct StreamObject;
struct BridgeObject;
struct WatchObject;

struct Kernel {
  Kernel(uint32_t workers, uint32_t offload_threads, size_t offload_queue, ops::Log& the_log);
  ~Kernel();

  ops::Log& log;
  ops::Metrics metrics;
  ops::Commands commands;
  ops::Standing standing;
  EventBoard events;
  plugin::Services services;
  loop::LoopSet loops;
  loop::WorkerPool pool;
  net::PipePool pipes;
  net::SocketStore sockets;
  Issued issued;
  std::vector<std::unique_ptr<net::NetLoop>> net;  ///< by worker loop

  HandleTable<TimerObject> timers{Kind::kTimer};
  HandleTable<ListenerObject> listeners{Kind::kListener};
  HandleTable<DatagramObject> datagrams{Kind::kDatagrams};
  HandleTable<StreamObject> streams{Kind::kStream};
  HandleTable<BridgeObject> bridges{Kind::kBridge};
  HandleTable<ops::Metric> metric_handles{Kind::kMetric};
  HandleTable<WatchObject> watches{Kind::kWatch};

  /// Hosts outlive their instances: a late callback may still ask its gate.
  std::vector<std::unique_ptr<Host>> hosts;

  /// Listeners that nobody finds any more, and that go once no loop can be inside them. [control]
  std::vector<loop::Task> fading;

  loop::Duration stop_timeout = std::chrono::seconds{5};  ///< how long the control thread waits for others; [control]
  std::atomic<int64_t> log_rate{1000};                    ///< lines a second of one plugin
  std::atomic<int64_t> max_connections{0};                ///< of the whole server; 0: what descriptors allow

  /// [any] As many connections as the operator wants.
  bool full() const {
    const int64_t most = max_connections.load(std::memory_order_relaxed);
    return most > 0 && streams.size() >= static_cast<size_t>(most);
  }
};

/// The worker loop that the calling thread runs, or JCT_NO_LOOP.
inline uint32_t current_loop() {
  const loop::EventLoop* loop = loop::EventLoop::current();
  return loop == nullptr ? UINT32_MAX : loop->index();
}

}  // namespace junctor::api
