// client/views/plugin_import.hpp: plugins that come to engines from this host.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include <enginery/result_text.hpp>
#include <enginery/untyped_view.hpp>

#include "client/views/aim.hpp"

namespace enginery {

// In each, `timeout` is the view's, and the aim does not change.

/// Imports the plugins in this process and on the engines, and says so in one line on stdout, unless it is to be quiet.
/// An engine that lacks the very builds of this host gets them. Waits. Here: in this process only. Throws
/// PluginLoadError before anything is imported if one is not found.
void sync_imports(const Aim& aim, std::initializer_list<Name> plugins, const ImportOptions& options,
                  std::optional<Seconds> timeout);

/// Executes statements on the engines. Plugins that they import, and that this host has besides the installed ones, are
/// brought to engines that lack the builds; an engine that finds one of its own imports that. `text`: how what the last
/// one gives is written.
std::shared_ptr<Future> execute(const Aim& aim, std::string_view code, ResultText text, std::optional<Seconds> timeout);

/// Runs the body of the plugin at `path`, or of the plugin of that name, in the engines' own namespaces. Engines that
/// lack the build get it first. `execute_input`: what the plugin was compiled from, if the user has written that.
std::shared_ptr<Future> run_plugin(const Aim& aim, std::string_view path, std::optional<Seconds> timeout,
                                   std::string_view execute_input = {});

}  // namespace enginery
