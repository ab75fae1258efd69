"""stub, being written"""
import pluggy
hookimpl = pluggy.HookimplMarker("crm")
