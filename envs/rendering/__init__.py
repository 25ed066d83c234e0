"""What is seen: one scene, drawn by a software rasteriser or by OpenGL.

Nothing that rules or rewards depend on reads a renderer.
"""
