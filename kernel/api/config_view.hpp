// SPDX-License-Identifier: Apache-2.0
// jct_config: an instance's settings as the boundary reads them, with the texts that it hands out. Immutable. [any]
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "junctor/config.h"

struct jct_config {
  struct Item {
    Item() = default;
    Item(Item&&) = default;
    Item& operator=(Item&&) = default;
    ~Item();  ///< wipes a secret

    bool secret = false;
    const junctor::config::Setting* setting = nullptr;
    std::string text;                                  ///< of a scalar that is not a number
    std::vector<std::string> texts;                    ///< of a list's elements
    std::vector<std::unique_ptr<jct_config>> records;  ///< of a RECORDS option
  };

  const Item* find(const char* name) const;

  std::shared_ptr<const junctor::config::Snapshot> snapshot;
  std::string instance;
  std::map<std::string, Item, std::less<>> items;
};

namespace junctor::api {

/// `values` lies inside `snapshot`.
std::unique_ptr<jct_config> make_config(std::shared_ptr<const config::Snapshot> snapshot,
                                        const config::Instance& values);

const jct_config_api& config_api();

}  // namespace junctor::api
