// SPDX-License-Identifier: Apache-2.0
// A plugin in C++: a class and one macro.
//
//   class Hours {
//    public:
//     static constexpr auto kOptions = junctor::options(kOpen, kClose);
//     Hours(junctor::Host& host, const junctor::Config& config);   // services and resources, no traffic; may throw
//     static void verify(const junctor::Config& config);           // optional; throws what create would: for --check
//     void start();                                                // listeners and timers; may throw
//     void check(const junctor::Config& candidate);                // optional; throws to refuse a reload
//     void reload(const junctor::Config& config);                  // optional; takes the LIVE values
//     void drain(junctor::Done done);                              // optional; calls done when idle
//     void stop();                                                 // optional
//   };
//   JUNCTOR_PLUGIN(Hours, "hours", "allows sessions by time of day", provides("auth/1"), needs("?storage/1"))
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "config.hpp"
#include "host.hpp"
#include "net.hpp"
#include "result.hpp"

#ifndef JUNCTOR_PLUGIN_VERSION
#define JUNCTOR_PLUGIN_VERSION "0.1.0"
#endif

namespace junctor {

/// Tells the kernel, once, that the instance is idle; copies share the one call. [any]
class Done {
 public:
  explicit Done(jct_task task) : state_{std::make_shared<State>(task)} {}
  void operator()() const {
    if (!state_->ran.exchange(true)) state_->task.run(state_->task.self);
  }

 private:
  struct State {
    explicit State(jct_task t) : task{t} {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      if (task.drop != nullptr) task.drop(task.self);
    }
    jct_task task;
    std::atomic<bool> ran{false};
  };
  std::shared_ptr<State> state_;
};

/// The words behind JUNCTOR_PLUGIN's summary.
namespace declare {

struct Traits {
  const char* provided[9] = {};
  const char* needed[9] = {};
  uint32_t flags = 0;
  uint32_t abi_minor = 0;
};

template <size_t N, bool kProvides>
struct Ids {
  const char* ids[N];
};

template <class... Id>
constexpr Ids<sizeof...(Id), true> provides(Id... ids) {
  static_assert(sizeof...(Id) <= 8, "at most eight services");
  return {{ids...}};
}
/// A leading '?' marks one that may be missing, '*' any number, '~' one that may be missing and is found from start on.
template <class... Id>
constexpr Ids<sizeof...(Id), false> needs(Id... ids) {
  static_assert(sizeof...(Id) <= 8, "at most eight services");
  return {{ids...}};
}
struct Parallel {};
/// Each worker loop calls the instance for its own sockets.
constexpr Parallel parallel() { return {}; }

struct AbiMinor {
  uint32_t least;
};
/// Kernels of an older minor refuse the plugin, with both numbers: for one that cannot do without what came with it.
constexpr AbiMinor abi_minor(uint32_t least) { return {least}; }

template <size_t N, bool kProvides>
constexpr void apply(Traits& traits, const Ids<N, kProvides>& ids) {
  for (size_t i = 0; i < N; ++i) (kProvides ? traits.provided : traits.needed)[i] = ids.ids[i];
}
constexpr void apply(Traits& traits, Parallel) { traits.flags |= JCT_PLUGIN_PARALLEL; }
constexpr void apply(Traits& traits, AbiMinor minor) { traits.abi_minor = minor.least; }

template <class... Word>
constexpr Traits traits(Word... words) {
  Traits made;
  (apply(made, words), ...);
  return made;
}

}  // namespace declare

namespace detail {

template <class P>
struct Instance {
  Instance(const jct_host* raw, const jct_config* config) : host{raw}, plugin{host, read(config)} {}

  Config read(const jct_config* config) const { return read(host.raw(), config); }
  static Config read(const jct_host* raw, const jct_config* config) {
    return {static_cast<const jct_config_api*>(raw->api(raw, JCT_CONFIG_API)), config};
  }

  Host host;
  P plugin;
};

template <class P>
struct Trampolines {
  using I = Instance<P>;
  static I* of(void* self) { return static_cast<I*>(self); }

  static jct_status create(const jct_host* host, const jct_config* config, void** self, jct_error* error) {
    return guard(error, [&] { *self = new I{host, config}; });
  }
  static jct_status verify(const jct_config_api* api, const jct_config* config, jct_error* error) {
    return guard(error, [&] {
      if constexpr (requires(const Config& c) { P::verify(c); }) P::verify(Config{api, config});
    });
  }
  static jct_status start(void* self, jct_error* error) {
    return guard(error, [&] { of(self)->plugin.start(); });
  }
  static jct_status check(void* self, const jct_config* candidate, jct_error* error) {
    return guard(error, [&] {
      if constexpr (requires(P & p, const Config& c) { p.check(c); }) of(self)->plugin.check(of(self)->read(candidate));
    });
  }
  static void apply(void* self, const jct_config* config) {
    of(self)->host.guarded("reload", [&] {
      if constexpr (requires(P & p, const Config& c) { p.reload(c); }) of(self)->plugin.reload(of(self)->read(config));
    });
  }
  static void drain(void* self, jct_task task) {
    Done done{task};
    of(self)->host.guarded("drain", [&] {
      if constexpr (requires(P & p) { p.drain(done); }) {
        of(self)->plugin.drain(done);
      } else {
        done();
      }
    });
  }
  static void stop(void* self) {
    of(self)->host.guarded("stop", [&] {
      if constexpr (requires(P & p) { p.stop(); }) of(self)->plugin.stop();
    });
  }
  static void destroy(void* self) { delete of(self); }
};

template <class P>
constexpr const jct_option* const* option_pointers() {
  if constexpr (requires { P::kOptions; }) return OptionPointers<P::kOptions>::all.data();
  return nullptr;
}
template <class P>
constexpr uint32_t option_count() {
  if constexpr (requires { P::kOptions; }) return static_cast<uint32_t>(P::kOptions.records.size());
  return 0;
}

template <class P>
constexpr jct_plugin descriptor(const char* name, const char* summary, const declare::Traits& traits) {
  using T = Trampolines<P>;
  return {sizeof(jct_plugin),
          JCT_ABI_MINOR,
          traits.abi_minor,
          traits.flags,
          name,
          JUNCTOR_PLUGIN_VERSION,
          summary,
          traits.provided,
          traits.needed,
          option_pointers<P>(),
          option_count<P>(),
          0,
          &T::create,
          &T::start,
          &T::check,
          &T::apply,
          &T::drain,
          &T::stop,
          &T::destroy,
          &T::verify};
}

}  // namespace detail
}  // namespace junctor

/// Defines the entry symbol. Behind the summary: provides(...), needs(...), parallel(), abi_minor(n), in any order.
#define JUNCTOR_PLUGIN(Class, name, summary, ...)                                                       \
  extern "C" JCT_EXPORT const jct_plugin* junctor_plugin_v1(void) {                                     \
    using namespace ::junctor::declare;                                                                 \
    static constexpr ::junctor::declare::Traits kTraits = ::junctor::declare::traits(__VA_ARGS__);      \
    static constexpr jct_plugin kPlugin = ::junctor::detail::descriptor<Class>(name, summary, kTraits); \
    return &kPlugin;                                                                                    \
  }
